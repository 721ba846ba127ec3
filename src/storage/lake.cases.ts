import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS } from "#base";
import { bucketOf, type Lake, type LakeEvent, type NewLakeEvent } from "./lake.ts";

export interface LakeUnderTest {
  readonly lake: Lake;
  /** Closes the lake and opens it again on the same storage. */
  reopen(): Promise<Lake>;
  /** All bytes the lake has stored, file by file, not compressed. */
  bytes(): Promise<readonly Uint8Array[]>;
  dispose(): Promise<void>;
}

const BEGIN_MS = Date.UTC(2026, 0, 31);
const allColumns: readonly (keyof LakeEvent)[] = [
  ...["userId", "eventId", "kind", "name", "itemId", "surface", "timestampMs", "receivedAtMs"],
  ...[
    "properties",
    "traits",
    "rest",
    "consent",
    "partition",
    "logOffset",
    "dwellMs",
    "value",
    "slateId",
    "position",
  ],
] as (keyof LakeEvent)[]; // a list literal of a union's names is text to the compiler

/** A row that says its offset in every way. */
export function lakeRow(logOffset: number, row: Partial<NewLakeEvent> = {}): NewLakeEvent {
  const timestampMs = BEGIN_MS + logOffset * 1000;
  return {
    userId: `user-${logOffset % 7}`,
    eventId: `event-${logOffset}`,
    kind: "track",
    name: logOffset % 2 ? "save" : "view",
    itemId: `item-${logOffset}`,
    surface: null,
    timestampMs,
    receivedAtMs: timestampMs + 5,
    properties: JSON.stringify({ itemId: `item-${logOffset}`, offset: logOffset }),
    traits: null,
    rest: null,
    consent: null,
    logOffset,
    dwellMs: null,
    value: logOffset / 4,
    slateId: null,
    position: logOffset % 9,
    ...row,
  };
}

export function lakeRows(from: number, to: number): NewLakeEvent[] {
  return Array.from({ length: to - from }, (_, n) => lakeRow(from + n));
}

/** Every row of the lake by a scan; fails when a bucket is out of order or holds a foreign user. */
export async function rowsOf(lake: Lake): Promise<LakeEvent[]> {
  const rows: LakeEvent[] = [];
  for await (const batch of lake.scan({ columns: allColumns })) {
    expect(batch.rows.filter(({ userId }) => bucketOf(userId, lake.bucketCount) !== batch.bucket)).toEqual(
      [],
    );
    rows.push(...batch.rows);
  }
  expect(rows).toEqual(inScanOrder(rows, lake.bucketCount));
  return rows;
}

function inScanOrder(rows: readonly LakeEvent[], buckets: number): LakeEvent[] {
  return [...rows].sort(
    (a, b) =>
      bucketOf(a.userId, buckets) - bucketOf(b.userId, buckets) ||
      Buffer.compare(Buffer.from(a.userId), Buffer.from(b.userId)) ||
      a.timestampMs - b.timestampMs ||
      a.partition - b.partition ||
      a.logOffset - b.logOffset,
  );
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("", "\u001f", "\u001e", "\u001e0", "a\u001f\u001e1b", "'\"\\", "null", "\n,;"),
);
const json = fc
  .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 }))
  .map((value) => JSON.stringify(value));
const nullable = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });
/** Minus zero is zero. */
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const content: fc.Arbitrary<Omit<NewLakeEvent, "logOffset">> = fc.record({
  userId: fc.constantFrom("ada", "bob", "céline", "d'arcy", "анна", "user [1]*?"),
  eventId: text,
  kind: fc.constantFrom("track", "identify"),
  name: text,
  itemId: nullable(text),
  surface: nullable(text),
  timestampMs: fc
    .integer({ min: 0, max: 3 })
    .chain((day) => fc.integer({ min: 0, max: DAY_MS - 1 }).map((ms) => BEGIN_MS + day * DAY_MS + ms)),
  receivedAtMs: fc.constant(BEGIN_MS + 5 * DAY_MS),
  properties: nullable(json),
  traits: nullable(json),
  rest: nullable(json),
  consent: nullable(json),
  dwellMs: nullable(double),
  value: nullable(double),
  slateId: nullable(text),
  position: nullable(fc.nat(65534)),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      partition: fc.integer({ min: 1, max: 2 }),
      rows: fc.array(content, { maxLength: 12 }),
      /** How many records before the end are sent once more. */
      again: fc.nat(15),
      /** Records at the end that have no row. */
      silent: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("compact" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("erase" as const),
      userId: fc.constantFrom("ada", "d'arcy", "user [1]*?"),
    }),
  },
);

/** What every lake does. `open` gives a new, empty lake of four buckets that does not compress. */
export function describeLake(name: string, open: () => Promise<LakeUnderTest>): void {
  describe(`${name} as a lake`, () => {
    let subject: LakeUnderTest;
    let lake: Lake;
    beforeEach(async () => {
      subject = await open();
      lake = subject.lake;
    });
    afterEach(() => subject.dispose());

    test("any run of writes, repeats, compactions, erasures and openings agrees with an array", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
          const fresh = await open();
          let current = fresh.lake;
          let oracle: LakeEvent[] = [];
          const sent = new Map<number, LakeEvent[]>([
            [1, []],
            [2, []],
          ]);
          const ends = new Map<number, number>([
            [1, 0],
            [2, 0],
          ]);
          for (const action of steps) {
            if (action.kind === "reopen") current = await fresh.reopen();
            else if (action.kind === "compact") await current.compact();
            else if (action.kind === "erase") {
              const { rowsRemoved } = await current.erase(action.userId);
              expect(rowsRemoved).toBe(oracle.filter(({ userId }) => userId === action.userId).length);
              oracle = oracle.filter(({ userId }) => userId !== action.userId);
            } else {
              const { partition } = action;
              const end = ends.get(partition)!;
              const from = Math.max(0, end - action.again);
              const rows = action.rows.map((row, n) => ({ ...row, partition, logOffset: end + n }));
              const to = end + rows.length + action.silent;
              const repeated = sent.get(partition)!.filter(({ logOffset }) => logOffset >= from);
              await current.write([...repeated, ...rows], { partition, from, to });
              sent.get(partition)!.push(...rows);
              oracle.push(...rows);
              ends.set(partition, to);
            }
            expect([current.committed(1), current.committed(2)]).toEqual([ends.get(1), ends.get(2)]);
          }
          expect(await rowsOf(current)).toEqual(inScanOrder(oracle, current.bucketCount));
          expect((await current.size()).rows).toBe(oracle.length);
          const counted = await current.query(
            "SELECT count(*), count(DISTINCT (partition, log_offset)) FROM events",
          );
          expect(counted.rows).toEqual([[oracle.length, oracle.length]]);
          await fresh.dispose();
        }),
        { numRuns: 30 },
      );
    });

    test("a run that leaves a hole is refused", async () => {
      await lake.write(lakeRows(0, 3), { partition: 1, from: 0, to: 3 });
      await expect(lake.write(lakeRows(5, 6), { partition: 1, from: 5, to: 6 })).rejects.toThrow(
        /at or before 3/,
      );
      expect(lake.committed(2)).toBe(0);
    });

    test("SQL sees arrivals and settled rows alike, with typed columns", async () => {
      await lake.write(lakeRows(0, 50), { partition: 1, from: 0, to: 50 });
      await lake.compact();
      await lake.write([lakeRow(50, { timestampMs: BEGIN_MS + 20 })], { partition: 1, from: 50, to: 51 });
      const answer = await lake.query(
        `SELECT user_id, "timestamp", "day", bucket, log_offset, value, position, CAST(properties ->> '$.offset' AS INTEGER) AS o
         FROM events WHERE log_offset IN (3, 50) ORDER BY log_offset`,
      );
      expect(answer.columns.map(({ name }) => name)).toEqual([
        ...["user_id", "timestamp", "day", "bucket", "log_offset", "value", "position", "o"],
      ]);
      expect(answer.rows).toEqual([
        ["user-3", "2026-01-31T00:00:03.000Z", "2026-01-31", bucketOf("user-3", 4), 3, 0.75, 3, 3],
        ["user-1", "2026-01-31T00:00:00.020Z", "2026-01-31", bucketOf("user-1", 4), 50, 12.5, 5, 50],
      ]);
    });

    test("a query gives at most its limit and says that there was more", async () => {
      await lake.write(lakeRows(0, 50), { partition: 1, from: 0, to: 50 });
      expect(await lake.query("SELECT 1 FROM events", { limit: 7 })).toMatchObject({ isTruncated: true });
      expect((await lake.query("SELECT 1 FROM events", { limit: 7 })).rows).toHaveLength(7);
      expect(await lake.query("FROM events", { limit: 50 })).toMatchObject({ isTruncated: false });
      expect((await lake.query("SELECT * FROM events WHERE false")).rows).toEqual([]);
    });

    test("a query on an empty lake has the columns and no rows", async () => {
      const { columns, rows } = await lake.query("SELECT * FROM events");
      expect(rows).toEqual([]);
      await lake.write(lakeRows(0, 2), { partition: 1, from: 0, to: 2 });
      expect((await lake.query("SELECT * FROM events")).columns).toEqual(columns);
    });

    test.each([
      "COPY events TO '/tmp/stolen.csv'",
      "CREATE TABLE t AS SELECT * FROM events",
      "DROP VIEW events",
      "SELECT 1; SELECT 2",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM read_csv('/etc/passwd')",
      "FROM glob('/etc/*')",
      "ATTACH '/tmp/other.db'",
      "INSTALL httpfs",
      "LOAD httpfs",
      "SET enable_external_access = true",
      "PRAGMA enable_profiling",
      "EXPLAIN ANALYZE COPY events TO '/tmp/stolen.csv'",
      "SELECT * FROM nothing",
      "SELEC",
      "",
    ])("refuses: %s", async (sql) => {
      await expect(lake.query(sql)).rejects.toMatchObject({ code: "invalid-request" });
    });

    test.each([
      "SELECT count(*) FROM events",
      "WITH e AS (FROM events) SELECT * FROM e",
      "FROM events",
      "DESCRIBE events",
      "DESCRIBE SELECT 1",
      "SUMMARIZE events",
      "VALUES (1)",
      "SHOW TABLES",
    ])("answers: %s", async (sql) => {
      await lake.write(lakeRows(0, 2), { partition: 1, from: 0, to: 2 });
      expect((await lake.query(sql)).columns.length).toBeGreaterThan(0);
    });

    test("a query that takes too long is stopped, and the next one is answered", async () => {
      const endless = "SELECT count(*) FROM range(100000000000) a, range(100000) b";
      await expect(lake.query(endless, { timeoutMs: 50 })).rejects.toThrow(/longer than 50 ms/);
      expect((await lake.query("SELECT 1")).rows).toEqual([[1]]);
    });

    test("a scan gives the columns, times, names and buckets asked for", async () => {
      await lake.write(lakeRows(0, 40), { partition: 1, from: 0, to: 40 });
      const wanted = lakeRows(10, 20).filter(
        ({ name, userId }) => name === "save" && bucketOf(userId, 4) === 1,
      );
      const read: unknown[] = [];
      for await (const { rows } of lake.scan({
        columns: ["logOffset", "itemId"],
        buckets: [1],
        fromMs: BEGIN_MS + 10_000,
        untilMs: BEGIN_MS + 20_000,
        names: ["save"],
      }))
        read.push(...rows);
      expect(read).toHaveLength(wanted.length);
      expect(read).toEqual(
        expect.arrayContaining(wanted.map(({ logOffset, itemId }) => ({ logOffset, itemId }))),
      );
    });

    test("a scan finds what says something of consent", async () => {
      const consent = '{"analytics":false}';
      const rows = lakeRows(0, 20).map((row) => (row.logOffset % 9 === 4 ? { ...row, consent } : row));
      await lake.write(rows, { partition: 1, from: 0, to: 20 });
      const read = [];
      for await (const batch of lake.scan({ columns: ["logOffset", "consent"], saysConsent: true }))
        read.push(...batch.rows);
      expect(read.sort((a, b) => a.logOffset - b.logOffset)).toEqual([
        { logOffset: 4, consent },
        { logOffset: 13, consent },
      ]);
    });

    test("a scan that began before a compaction goes on with what it saw", async () => {
      await lake.write(lakeRows(0, 30), { partition: 1, from: 0, to: 30 });
      let count = 0;
      let compacted: Promise<unknown> | undefined;
      for await (const { rows } of lake.scan({ columns: ["userId"] })) {
        compacted ??= lake.compact();
        await compacted;
        count += rows.length;
      }
      expect(count).toBe(30);
      expect(await rowsOf(lake)).toHaveLength(30);
    });

    test("writes, compactions, queries and scans at the same time see each row once", async () => {
      const writes = (async () => {
        for (let from = 0; from < 200; from += 20)
          await lake.write(lakeRows(from, from + 20), { partition: 1, from, to: from + 20 });
      })();
      const seen: number[] = [];
      for (let round = 0; round < 5; round++) {
        const [, answer] = await Promise.all([
          lake.compact(),
          lake.query("SELECT count(*), count(DISTINCT log_offset) FROM events"),
        ]);
        const [all, distinct] = answer.rows[0] as [number, number];
        expect(all).toBe(distinct);
        seen.push(all);
      }
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      await writes;
      expect(await rowsOf(lake)).toHaveLength(200);
    });

    test("after an erasure no stored byte names the user or says what only they said", async () => {
      const theirs = {
        userId: "erika.mustermann",
        properties: '{"note":"xylophone-4711"}',
        rest: '{"ip":"203.0.113.77"}',
      };
      const rows = lakeRows(0, 300).map((row) => (row.logOffset % 50 === 7 ? { ...row, ...theirs } : row));
      await lake.write(rows.slice(0, 200), { partition: 1, from: 0, to: 200 });
      await lake.compact();
      await lake.write(rows.slice(200), { partition: 1, from: 200, to: 300 });
      const secrets = ["erika.mustermann", "xylophone-4711", "203.0.113.77"];
      const found = async (): Promise<string[]> => {
        const files = await subject.bytes();
        return secrets.filter((secret) => files.some((file) => Buffer.from(file).includes(secret)));
      };
      expect(await found()).toEqual(secrets);
      expect(await lake.erase("erika.mustermann")).toMatchObject({ filesRewritten: 2, rowsRemoved: 6 });
      expect(await found()).toEqual([]);
      expect(await rowsOf(lake)).toHaveLength(294);
      expect(await lake.erase("erika.mustermann")).toMatchObject({ filesRewritten: 0, rowsRemoved: 0 });
      // The log's records come again after a crash: what was erased does not come back.
      lake = await subject.reopen();
      await lake.write(rows.slice(100), { partition: 1, from: 100, to: 300 });
      expect(await found()).toEqual([]);
    });

    test("a user in several settled files of one day and bucket is erased from all of them", async () => {
      const bucket = bucketOf("gone", lake.bucketCount);
      const names = Array.from({ length: 100 }, (_, n) => `neighbour-${n}`);
      const neighbour = names.find((name) => bucketOf(name, lake.bucketCount) === bucket)!;
      const rows = lakeRows(0, 110).map((row) => ({
        ...row,
        userId: row.logOffset % 10 === 0 ? "gone" : neighbour,
        timestampMs: 1_770_000_000_000,
      }));
      await lake.write(rows.slice(0, 100), { partition: 1, from: 0, to: 100 });
      await lake.compact();
      await lake.write(rows.slice(100), { partition: 1, from: 100, to: 110 });
      await lake.compact(); // too few to be worth merging with the hundred
      expect(await lake.erase("gone")).toMatchObject({ filesRewritten: 2, rowsRemoved: 11 });
      expect(await rowsOf(lake)).toHaveLength(99);
    });

    test("what is past its time goes by the name of the event and when it happened, wherever it lies", async () => {
      const day = 86_400_000;
      const beforeMs = 1_770_000_000_000;
      const names = ["save", "view"];
      const rows = lakeRows(0, 60).map((row, n) => ({
        ...row,
        kind: n % 5 === 0 ? "page" : "track", // a page is nobody's action, whatever its name
        name: names[n % 2]!,
        timestampMs: beforeMs + Math.floor(n / 2 - 15) * day,
        properties: null,
      }));
      await lake.write(rows.slice(0, 40), { partition: 1, from: 0, to: 40 });
      await lake.compact();
      await lake.write(rows.slice(40), { partition: 1, from: 40, to: 60 });
      const isPast = ({ kind, name, timestampMs }: (typeof rows)[number]): boolean =>
        kind === "track" && (name === "save" ? timestampMs < beforeMs : timestampMs < beforeMs + 10 * day);
      const expiries = [
        { name: "save", beforeMs },
        { name: "view", beforeMs: beforeMs + 10 * day },
        { name: "it's nobody's", beforeMs: beforeMs + 1e12 },
      ];
      expect(await lake.expire(expiries)).toMatchObject({ rowsRemoved: rows.filter(isPast).length });
      const left = (await rowsOf(lake)).map(({ logOffset }) => logOffset).sort((one, other) => one - other);
      expect(left).toEqual(rows.filter((row) => !isPast(row)).map(({ logOffset }) => logOffset));
      expect(await lake.expire(expiries)).toMatchObject({ filesRewritten: 0, rowsRemoved: 0 });
    });

    test("erasing a user rewrites only files that hold one of their rows", async () => {
      await lake.write([lakeRow(0), lakeRow(1)], { partition: 1, from: 0, to: 2 });
      await lake.compact();
      await lake.write([lakeRow(2), lakeRow(3)], { partition: 1, from: 2, to: 4 });
      expect(await lake.erase("user-3")).toMatchObject({ filesRewritten: 1, rowsRemoved: 1 });
      for (const stranger of ["stranger", "user-3\0'", "'"])
        expect(await lake.erase(stranger)).toMatchObject({ filesRewritten: 0, rowsRemoved: 0 });
    });
  });
}
