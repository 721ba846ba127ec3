/** @file The lake's files say the same to readers that are not ours, with nothing of ours but the files. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DuckDbLake, type NewLakeEvent } from "#storage";

const BEGIN_MS = Date.UTC(2026, 0, 30, 23, 59, 59, 1);
const PARTITION = 1;

/** Everything a column can hold that a reader might get wrong. */
const texts = ["plain", 'd\'arcy "quoted"', "céline анна 📌", "two\nlines", "\u001f\u001e separators", ""];
const numbers = [0, -1.5, 1 / 3, 1e300, 2 ** -40, 9_007_199_254_740_991];
const at = <Value>(values: readonly Value[], n: number): Value => values[n % values.length]!;
const orNull = <Value>(value: Value, isNull: boolean): Value | null => (isNull ? null : value);

function event(n: number): NewLakeEvent {
  const timestampMs = BEGIN_MS + n * 7_654_321;
  return {
    userId: `user-${n % 9}`,
    eventId: `${at(texts, n)}-${n}`,
    kind: "track",
    name: at(texts, n + 1),
    itemId: orNull(`item-${n}`, n % 4 === 0),
    surface: orNull(at(texts, n + 2), n % 3 === 0),
    timestampMs,
    receivedAtMs: timestampMs + 1,
    properties: orNull(JSON.stringify({ n, text: at(texts, n), deep: [null, { half: n / 2 }] }), n % 5 === 0),
    traits: null,
    rest: orNull(JSON.stringify({ context: { ip: "::1" } }), n % 2 === 0),
    consent: orNull(JSON.stringify({ personalization: n % 6 === 1 }), n % 3 === 1),
    logOffset: n,
    dwellMs: orNull(at(numbers, n), n % 7 === 0),
    value: orNull(at(numbers, n + 3), n % 2 === 1),
    slateId: orNull(at(texts, n + 4), n % 3 === 2),
    position: orNull(n % 65_535, n % 5 === 1),
  };
}

/** As a file's columns are named; times as ISO 8601, for the readers disagree on how to show them. */
function columnsOf(row: NewLakeEvent): Row {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    user_id: row.userId,
    event_id: row.eventId,
    kind: row.kind,
    name: row.name,
    item_id: row.itemId,
    surface: row.surface,
    timestamp: iso(row.timestampMs),
    received_at: iso(row.receivedAtMs),
    properties: row.properties,
    traits: row.traits,
    rest: row.rest,
    consent: row.consent,
    partition: PARTITION,
    log_offset: row.logOffset,
    dwell_ms: row.dwellMs,
    value: row.value,
    slate_id: row.slateId,
    position: row.position,
  };
}

type Row = Readonly<Record<string, unknown>>;
const inOrder = (rows: readonly Row[]): Row[] =>
  [...rows].sort((left, right) => Number(left["log_offset"]) - Number(right["log_offset"]));

let folder: string;
/** What was written and not erased. */
const expected: Row[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-readers-"));
  const lake = await DuckDbLake.open(folder, { bucketCount: 4 });
  const rows = Array.from({ length: 600 }, (_, n) => event(n));
  await lake.write(rows.slice(0, 250), { partition: PARTITION, from: 0, to: 250 });
  await lake.compact();
  await lake.write(rows.slice(250, 500), { partition: PARTITION, from: 250, to: 500 });
  await lake.compact();
  await lake.write(rows.slice(500), { partition: PARTITION, from: 500, to: 600 }); // stays an arrival
  await lake.erase("user-3");
  await lake.close();
  expected.push(...rows.filter(({ userId }) => userId !== "user-3").map(columnsOf));
});
afterAll(() => rm(folder, { recursive: true }));

test("hyparquet reads what was written, every file by itself", async () => {
  const names = await readdir(folder, { recursive: true });
  const rows: Row[] = [];
  for (const name of names.filter((one) => one.endsWith(".parquet"))) {
    const file = await asyncBufferFromFile(join(folder, name));
    rows.push(...(await parquetReadObjects({ file, compressors })));
  }
  const plain = rows.map(({ bucket: _, ...row }) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainOf(value)])),
  );
  expect(inOrder(plain)).toEqual(expected);
});

function plainOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "bigint" ? Number(value) : value;
}

/** A Python that has pandas and pyarrow; `.ci/run` makes one. */
const python = process.env["INKLING_PYTHON"] ?? "python3";
const hasPandas = canRun(["-c", "import pandas, pyarrow"]);
if (!hasPandas)
  process.stderr.write(
    `skipped: ${python} has no pandas and pyarrow (pip install them, or set INKLING_PYTHON)\n`,
  );

test.skipIf(!hasPandas)(
  "pandas reads what was written, days and buckets from the folders' names",
  async () => {
    const script = join(import.meta.dirname, "read-lake.py");
    const folders = ["events", "arrivals"].map((name) => join(folder, name));
    const { stdout } = await promisify(execFile)(python, [script, ...folders], { maxBuffer: 64 << 20 });
    const read = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Row); // as the script prints them
    expect(inOrder(read.map(({ day: _, bucket: __, ...row }) => row))).toEqual(expected);
    const settled = read.filter(({ day }) => day !== undefined);
    expect(settled).not.toHaveLength(0);
    for (const { day, timestamp } of settled) expect(day).toBe(String(timestamp).slice(0, 10));
  },
);

function canRun(args: readonly string[]): boolean {
  try {
    execFileSync(python, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
