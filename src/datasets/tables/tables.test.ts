import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SegmentMessage } from "#api";
import { IsoTimes } from "./iso-times.ts";
import { readTable, type Table, type TableOptions } from "./read-table.ts";
import { parseMapping } from "./table-mapping.ts";
import { timeMsOf } from "./table-time.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-tables-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mapping = parseMapping(
  "userId=visitor_id,itemId=sku,event=action,timestamp=ts,value=price,surface=page",
);

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function putParquet(name: string, sql: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const engine = await DuckDBInstance.create();
  const connection = await engine.connect();
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  engine.closeSync();
  return path;
}

async function messagesOf(table: Table, from = 0): Promise<SegmentMessage[]> {
  const messages: SegmentMessage[] = [];
  for await (const batch of table.batches(from)) messages.push(...batch.messages);
  return messages;
}

const read = async (path: string, options: TableOptions = {}): Promise<SegmentMessage[]> =>
  messagesOf(await readTable(path, mapping, options));

const withoutIds = (messages: readonly SegmentMessage[]): unknown[] =>
  messages.map(({ messageId, ...message }) => message);

const expected = [
  {
    type: "track",
    event: "view",
    userId: "7",
    timestamp: "2026-01-31T10:00:00.000Z",
    properties: { itemId: "sku,1", value: 2.5, surface: "home", is_gift: true, note: 'say "hi"' },
  },
  {
    type: "track",
    event: "buy",
    userId: "céline",
    timestamp: "2026-01-31T10:00:01.500Z",
    properties: { itemId: "2", stock: 12 },
  },
];

test("a CSV, a JSONL and a Parquet file that say the same give the same messages", async () => {
  const csv = await put(
    "shop.csv",
    'visitor_id,sku,action,ts,price,page,is_gift,note,stock\n7,"sku,1",view,1769853600,2.50,home,true,"say ""hi""",\ncéline,2,buy,1769853601500,,,,,12\n',
  );
  const jsonl = await put(
    "shop.jsonl.gz",
    gzipSync(
      '{"visitor_id":7,"sku":"sku,1","action":"view","ts":"2026-01-31T11:00:00+01:00","price":2.5,"page":"home","is_gift":true,"note":"say \\"hi\\""}\n\n{"visitor_id":"céline","sku":2,"action":"buy","ts":1769853601500000,"price":null,"stock":12}',
    ),
  );
  const parquet = await putParquet(
    "shop.parquet",
    `SELECT * FROM (VALUES ('7', 'sku,1', 'view', TIMESTAMP '2026-01-31 10:00:00', 2.5::DECIMAL(9,2), 'home', true, 'say "hi"', NULL::BIGINT),
      ('céline', '2', 'buy', TIMESTAMP '2026-01-31 10:00:01.5', NULL, NULL, NULL, NULL, 12)) t(visitor_id, sku, action, ts, price, page, is_gift, note, stock)`,
  );
  for (const path of [csv, jsonl, parquet]) expect(withoutIds(await read(path)), path).toEqual(expected);
});

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 10 })
  .filter((text) => /^\p{L}/u.test(text) && !["true", "false"].includes(text));
const rowOfAll = fc.record({
  visitor_id: fc.oneof(word, fc.nat(1e6).map(String)),
  sku: word,
  action: fc.constantFrom("view", "buy"),
  ts: fc.integer({ min: 1e11, max: 4e12 }),
  price: fc.option(
    fc.integer({ min: -1e6, max: 1e6 }).map((cents) => cents / 100),
    { nil: null },
  ),
  page: fc.option(word, { nil: null }),
  note: fc.option(
    fc.tuple(word, fc.constantFrom("", ",", '"', "\n", ";", " '")).map(([a, b]) => a + b + a),
    { nil: null },
  ),
  is_gift: fc.option(fc.boolean(), { nil: null }),
  stock: fc.option(fc.integer(), { nil: null }),
});

test("any rows give the same messages from all three formats", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rowOfAll, { minLength: 1, maxLength: 20 }), async (rows) => {
      const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]; // every row has all of them
      const quote = (value: unknown): string =>
        value === null ? "" : `"${String(value).replaceAll('"', '""')}"`;
      const lines = rows.map((row) => names.map((name) => quote(row[name])).join(","));
      const csv = await put("all.csv", `${[names.join(","), ...lines].join("\n")}\n`);
      const jsonl = await put("all.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
      const parquet = await putParquet(
        "all.parquet",
        `SELECT * FROM read_json('${jsonl}', format = 'newline_delimited', columns = {visitor_id: 'VARCHAR', sku: 'VARCHAR',
          action: 'VARCHAR', ts: 'BIGINT', price: 'DOUBLE', page: 'VARCHAR', note: 'VARCHAR', is_gift: 'BOOLEAN', stock: 'BIGINT'})`,
      );
      const wanted = withoutIds(await read(jsonl));
      expect(wanted).toHaveLength(rows.length);
      expect(withoutIds(await read(csv))).toEqual(wanted);
      expect(withoutIds(await read(parquet))).toEqual(wanted);
    }),
    { numRuns: 25 },
  );
});

test("reading again, or from any row on, gives the same messages with the same ids", async () => {
  const rowsSql = (first: number, last: number) =>
    `SELECT 'u' || i AS visitor_id, 's' || i AS sku, 'view' AS action, i * 1000000 AS ts, i / 4 AS price, 'home' AS page FROM range(${first}, ${last}) t(i)`;
  await putParquet("a/part-0.parquet", rowsSql(0, 25_000));
  await put("b/part-1.csv", `visitor_id,sku,action,ts,price,page\n${"x,y,buy,5,1,home\n".repeat(30)}`);
  await put(
    "c/part-2.jsonl",
    '{"visitor_id":"z","sku":"y","action":"buy","ts":5,"price":1,"page":"p"}\n'.repeat(20),
  );
  const table = await readTable(folder, mapping);
  const all = await messagesOf(table);
  expect(all).toHaveLength(25_050);
  expect(new Set(all.map(({ messageId }) => messageId)).size).toBe(25_050);
  expect(all[24_999]).toMatchObject({ userId: "u24999", properties: { itemId: "s24999" } });
  for (const from of [0, 7, 24_990, 25_000, 25_029, 25_030, 25_049, 25_050, 30_000])
    expect(await messagesOf(await readTable(folder, mapping), from), `from ${from}`).toEqual(all.slice(from));
  let resumed: SegmentMessage[] = [];
  for await (const { messages, nextRow } of table.batches()) {
    resumed = [...messages, ...(await messagesOf(await readTable(folder, mapping), nextRow))];
    break;
  }
  expect(resumed).toEqual(all);
});

test("rows that are no events are counted with file, row and reason, and the others are read", async () => {
  const jsonl = await put(
    "bad.jsonl",
    [
      '{"visitor_id":"a","sku":"s","action":"view","ts":5,"price":1,"page":"p"}',
      '{"visitor_id":"a",',
      "[1]",
      '{"sku":"s","action":"view","ts":5}',
      '{"visitor_id":"a","action":"view","ts":"yesterday"}',
      '{"visitor_id":"a","ts":5}',
      '{"visitor_id":"a","action":"view","ts":5,"price":"cheap"}',
    ].join("\n"),
  );
  const table = await readTable(jsonl, mapping);
  expect(await messagesOf(table)).toHaveLength(1);
  expect(table.rejected.count).toBe(6);
  expect(table.rejected.samples.map(({ file, line, reason }) => [file, line, reason])).toEqual([
    ["bad.jsonl", 2, expect.stringContaining("not JSON")],
    ["bad.jsonl", 3, "not a JSON object"],
    ["bad.jsonl", 4, "no user id"],
    ["bad.jsonl", 5, 'no time: "yesterday"'],
    ["bad.jsonl", 6, "no event name"],
    ["bad.jsonl", 7, 'value is not a number: "cheap"'],
  ]);
});

test("lines of a CSV file with too many or too few fields are counted, and the others are read", async () => {
  const good = "a,s,view,5,1,p\n";
  const csv = await put(
    "bad.csv",
    `visitor_id,sku,action,ts,price,page\n${good}a,s,view,5,1,p,extra,extra\n${good}a,s\n${good}`,
  );
  const table = await readTable(csv, mapping);
  expect(await messagesOf(table)).toHaveLength(3);
  expect(table.rejected.samples.map(({ file, line }) => [file, line])).toEqual([
    ["bad.csv", 3],
    ["bad.csv", 5],
  ]);
});

test("lines at fault are counted once, each for its own file", async () => {
  await put("1.csv", "visitor_id,sku,action,ts,price,page\na,s\n");
  await put("2.csv", "visitor_id,sku,action,ts,price,page\na,s,view,5,1,p\na,s,view,5,1,p,q\n");
  await put("3.csv", "visitor_id,sku,action,ts,price,page\na,s,view,5,1,p\n");
  const table = await readTable(folder, mapping);
  expect(await messagesOf(table)).toHaveLength(2);
  expect(table.rejected.samples.map(({ file, line }) => [file, line])).toEqual([
    ["1.csv", 2],
    ["2.csv", 3],
  ]);
});

test.each([";", "\t", "|"])("a CSV file divided by %j is understood", async (mark) => {
  const lines = [
    ["visitor_id", "sku", "action", "ts", "price", "page"],
    ["a", "s,1", "view", "5", "1", "p"],
  ];
  const path = await put("any.csv", lines.map((line) => line.join(mark)).join("\r\n"));
  expect(await read(path)).toMatchObject([
    { userId: "a", properties: { itemId: "s,1", value: 1, surface: "p" } },
  ]);
});

test("constants, an own message id and a choice of properties", async () => {
  const path = await put("x.csv", 'id,who,when,"a b",c\n9,ada,2026-01-31,1,2\n');
  const own = parseMapping(
    "userId=who, event=\"view, again\", timestamp=when, messageId=id, source='old, shop', properties=a b",
  );
  expect(await messagesOf(await readTable(path, own))).toEqual([
    {
      type: "track",
      event: "view, again",
      messageId: "9",
      userId: "ada",
      timestamp: "2026-01-31T00:00:00.000Z",
      properties: { "a b": 1, source: "old, shop" },
    },
  ]);
});

test("a column that says what kind of message a row is makes people, pages and links of rows", async () => {
  const path = await put(
    "all.csv",
    [
      "kind,who,device,what,sku,old,firm,where,plan,ts",
      "track,u,,save,i1,,,home,,5",
      "identify,u,d-1,,,,,,pro,6",
      "page,u,,Prices,,,,home,,7",
      "screen,u,,,,,,,,8",
      "alias,u,,,,old-u,,,,9",
      "group,u,,,,,acme,,team,10",
      ",u,,view,i2,,,,,11",
      "alias,u,,,,,,,,12",
      "group,u,,,,,,,,13",
      "Identify,u,,,,,,,,14",
      "track,u,,,i3,,,,,15",
    ].join("\n"),
  );
  const all = parseMapping(
    "type=kind,userId=who,anonymousId=device,event=what,itemId=sku,previousId=old,groupId=firm,surface=where,timestamp=ts",
  );
  const table = await readTable(path, all);
  const at = (second: number) => `1970-01-01T00:00:${String(second).padStart(2, "0")}.000Z`;
  expect(withoutIds(await messagesOf(table))).toEqual([
    {
      ...{ type: "track", event: "save", userId: "u", timestamp: at(5) },
      properties: { itemId: "i1", surface: "home" },
    },
    {
      ...{ type: "identify", userId: "u", anonymousId: "d-1", timestamp: at(6) },
      ...{ properties: {}, traits: { plan: "pro" } },
    },
    { type: "page", userId: "u", timestamp: at(7), name: "Prices", properties: { surface: "home" } },
    { type: "screen", userId: "u", timestamp: at(8), properties: {} },
    { type: "alias", userId: "u", timestamp: at(9), previousId: "old-u", properties: {} },
    {
      ...{ type: "group", userId: "u", timestamp: at(10), groupId: "acme" },
      ...{ properties: {}, traits: { plan: "team" } },
    },
    { type: "track", event: "view", userId: "u", timestamp: at(11), properties: { itemId: "i2" } },
  ]);
  expect(table.rejected.samples.map(({ line, reason }) => [line, reason])).toEqual([
    [8, "no previousId"],
    [9, "no groupId"],
    [10, expect.stringContaining('no type of message: "Identify"; types: track, identify')],
    [11, "no event name"],
  ]);
  const people = parseMapping('type="identify",userId=who,timestamp=ts,properties=plan');
  expect((await messagesOf(await readTable(path, people)))[1]).toMatchObject({ traits: { plan: "pro" } });
});

test("nested columns, large whole numbers and times of a Parquet file become what JSON has", async () => {
  const path = await putParquet(
    "types.parquet",
    `SELECT 9007199254740993 AS visitor_id, 's' AS sku, 'view' AS action, TIMESTAMPTZ '2026-01-31 10:00:00+02' AS ts, 1::FLOAT AS price, 'p' AS page,
      [1, 2] AS list, {'a': 'x'} AS struct, DATE '2026-01-01' AS day, TIMESTAMP '2026-01-01 00:00:00' AS at, 9007199254740993 AS big, 5::HUGEINT AS small, 'a'::BLOB AS blob`,
  );
  expect(await read(path)).toMatchObject([
    {
      userId: "9007199254740993",
      timestamp: "2026-01-31T08:00:00.000Z",
      properties: {
        ...{ list: [1, 2], struct: { a: "x" }, day: "2026-01-01", at: "2026-01-01T00:00:00.000Z" },
        ...{ big: "9007199254740993", small: 5, value: 1, blob: "a" },
      },
    },
  ]);
});

test("whole numbers of a JSONL file that JavaScript would round stay as they are written", async () => {
  const ids = ["9007199254740993", "9007199254740992", "12345678901234567890"];
  const lines = ids.map(
    (id) =>
      `{"visitor_id":${id},"sku":"a \\"9007199254740993","action":"view","ts":1769853600000000000,"price":1234567890123456.5,"page":"p","all":[${id}, 1e30]}`,
  );
  const messages = await read(await put("large.jsonl", lines.join("\n")));
  expect(messages).toMatchObject(
    ids.map((id) => ({
      userId: id,
      timestamp: "2026-01-31T10:00:00.000Z",
      properties: { itemId: 'a "9007199254740993', value: 1234567890123456.5, all: [id, 1e30] },
    })),
  );
});

test("a mapped member of a JSONL file may come first in any row; one that no row has is refused", async () => {
  const row = (n: number): object => ({ visitor_id: n, action: "view", ts: 1769853600 + n });
  const rows = Array.from({ length: 10_500 }, (_, n) => (n < 10_400 ? row(n) : { ...row(n), sku: `s${n}` }));
  const path = await put("late.jsonl", rows.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const mapped = "userId=visitor_id,event=action,timestamp=ts,itemId=sku";
  const messages = await messagesOf(await readTable(path, parseMapping(mapped)));
  expect(messages.length).toBe(10_500);
  expect(messages[10_399]).toHaveProperty("properties", {});
  expect(messages[10_400]).toHaveProperty("properties", { itemId: "s10400" });
  await expect(readTable(path, parseMapping(`${mapped},surface=page`))).rejects.toThrow(
    'late.jsonl has no column "page". It has: visitor_id, action, ts, sku.',
  );
});

test("two files of one name that hold other events give other ids, and one read from elsewhere the same", async () => {
  const head = "visitor_id,sku,action,ts,price,page\n";
  const idOf = async (name: string, time: string) =>
    (await read(await put(name, `${head}a,s,view,${time},1,p\n`)))[0]?.messageId;
  const january = await idOf("january/events.csv", "2026-01-05");
  expect(await idOf("february/events.csv", "2026-02-05")).not.toBe(january);
  expect(await idOf("copies/events.csv", "2026-01-05")).toBe(january);
});

test("texts with any characters come out of a Parquet file as they went in", async () => {
  const path = await putParquet(
    "odd.parquet",
    `SELECT 'u' || chr(31) || i AS visitor_id, 'a rather long item id ' || (i % 3) AS sku, 'view' AS action, 5 AS ts, NULL AS price,
      CASE WHEN i % 5 = 0 THEN '' WHEN i % 5 = 1 THEN NULL ELSE chr(10) || chr(30) || 'é' END AS page FROM range(5000) t(i)`,
  );
  const messages = await read(path);
  expect(messages).toHaveLength(5000);
  expect(messages[4567]).toMatchObject({
    userId: "u\u001f4567",
    properties: { itemId: "a rather long item id 1", surface: "\n\u001eé" },
  });
  expect(messages[4566]).toHaveProperty("properties", { itemId: "a rather long item id 0" });
});

test("a missing file, an unknown format, an unknown column and a false Parquet file are each refused", async () => {
  await expect(readTable(join(folder, "none.csv"), mapping)).rejects.toMatchObject({ code: "missing-file" });
  await expect(readTable(folder, mapping)).rejects.toMatchObject({ code: "missing-file" });
  await expect(readTable(await put("x.xlsx", ""), mapping)).rejects.toThrow(/known format/);
  const csv = await put("x.csv", "visitor_id,sku,what,ts\na,b,c,5\n");
  await expect(readTable(csv, mapping)).rejects.toThrow(
    'x.csv has no column "action", "page", "price". It has: visitor_id, sku, what, ts.',
  );
  await expect(readTable(csv, mapping)).rejects.toMatchObject({ code: "invalid-config" });
  await expect(readTable(await put("x.parquet", "PAR1"), mapping)).rejects.toMatchObject({
    code: "data-damaged",
  });
});

test.each([
  ["userId=a,event=b", /timestamp must be mapped/],
  ["userId=a,event=b,timestamp=c,colour=d", /"colour" is no field/],
  ["userId=a,userId=b,event=b,timestamp=c", /mapped twice/],
  ["userId", /not field=column/],
  ["", /userId, event, timestamp must be mapped/],
])("the mapping %j is refused", (text, reason) => {
  expect(() => parseMapping(text)).toThrow(reason);
});

test.each([
  [1769853600, "2026-01-31T10:00:00.000Z"],
  ["1769853600.25", "2026-01-31T10:00:00.250Z"],
  [1769853600000, "2026-01-31T10:00:00.000Z"],
  [1769853600000000, "2026-01-31T10:00:00.000Z"],
  ["1769853600000000000", "2026-01-31T10:00:00.000Z"],
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31 10:00", "2026-01-31T10:00:00.000Z"],
  ["2026-01-31 10:00:00.5 UTC", "2026-01-31T10:00:00.500Z"],
  ["2026-01-31T10:00:00-0530", "2026-01-31T15:30:00.000Z"],
  ["2026-01-31T10:00:00+02", "2026-01-31T08:00:00.000Z"],
  [0, "1970-01-01T00:00:00.000Z"],
])("%j is the time %s", (value, iso) => {
  expect(new Date(timeMsOf(value)).toISOString()).toBe(iso);
});

test("times are written as the platform writes them", () => {
  const times = new IsoTimes();
  const time = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.integer({ min: 1.7e12, max: 1.7e12 + 2e8 }),
  );
  fc.assert(
    fc.property(time, (timeMs) => {
      expect(times.format(timeMs)).toBe(new Date(timeMs).toISOString());
    }),
  );
});

test.each([
  "",
  "soon",
  "31.01.2026",
  "2026-13-01",
  "2026-02-30",
  "2026-02-30 10:00",
  null,
  undefined,
  true,
  {},
])("%j is no time", (value) => {
  expect(timeMsOf(value)).toBeNaN();
});
