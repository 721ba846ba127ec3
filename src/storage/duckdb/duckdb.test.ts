import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeLake, lakeRow, lakeRows, rowsOf } from "../lake.cases.ts";
import type { LakeEvent } from "../lake.ts";
import { filesToMerge } from "./compact-partitions.ts";
import { DuckDbLake } from "./duckdb-lake.ts";

const newFolder = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), "inkling-lake-")));
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
const openLake = (folder: string): Promise<DuckDbLake> =>
  DuckDbLake.open(folder, { bucketCount: 4, compression: "uncompressed" });

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describeLake("DuckDbLake", async () => {
  const folder = await newFolder();
  let lake = await openLake(folder);
  return {
    lake,
    reopen: async () => {
      await lake.close();
      lake = await openLake(folder);
      return lake;
    },
    bytes: async () => Promise.all((await filesIn(folder)).map((file) => readFile(join(folder, file)))),
    dispose: async () => {
      await lake.close();
      await remove(folder);
    },
  };
});

let folder: string;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => remove(folder));

/** Two states of a folder around a change; opening any mixture a crash can leave gives the rows of one of them. */
async function expectHarmless(
  prepare: (lake: DuckDbLake) => Promise<void>,
  change: (lake: DuckDbLake) => Promise<unknown>,
): Promise<void> {
  const before = join(folder, "before");
  const after = join(folder, "after");
  let lake = await openLake(before);
  await prepare(lake);
  await lake.close();
  await cp(before, after, { recursive: true });
  lake = await openLake(after);
  await change(lake);
  await lake.close();
  const rows = { before: await rowsIn(before), after: await rowsIn(after) };
  const [old, fresh] = await Promise.all([filesIn(before), filesIn(after)]);
  const added = fresh.filter((file) => !old.includes(file));
  const gone = old.filter((file) => !fresh.includes(file));
  expect(added.length + gone.length).toBeGreaterThan(0);
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.boolean(),
      fc.infiniteStream(fc.boolean()),
      async (isCommitted, isPartial, stays) => {
        const crashed = join(folder, "crashed");
        await cp(isCommitted ? after : before, crashed, { recursive: true });
        // Before the commit new files may be there already, after it old files may be there still.
        const source = isCommitted ? before : after;
        for (const file of isCommitted ? gone : added)
          if (stays.next().value)
            await cp(join(source, file), join(crashed, isPartial && !isCommitted ? `${file}.partial` : file));
        expect(await rowsIn(crashed)).toEqual(isCommitted ? rows.after : rows.before);
        expect(await filesIn(crashed)).toEqual(isCommitted ? fresh : old);
        await remove(crashed);
      },
    ),
    { numRuns: 20 },
  );
}

async function rowsIn(path: string): Promise<LakeEvent[]> {
  const lake = await openLake(path);
  const rows = await rowsOf(lake);
  await lake.close();
  return rows;
}

const threeRuns = async (lake: DuckDbLake): Promise<void> => {
  await lake.write(lakeRows(0, 40), { partition: 1, from: 0, to: 40 });
  await lake.compact();
  await lake.write(lakeRows(40, 60), { partition: 1, from: 40, to: 60 });
  await lake.write(lakeRows(0, 30), { partition: 2, from: 0, to: 30 });
};

test("a crash at any moment of a compaction loses and repeats nothing", () =>
  expectHarmless(threeRuns, (lake) => lake.compact()));

test("a crash at any moment of an erasure of settled files leaves it undone or done", () =>
  expectHarmless(
    async (lake) => {
      await threeRuns(lake);
      await lake.compact();
    },
    (lake) => lake.erase("user-3"),
  ));

test("a crash in the middle of an erasure of arrivals never brings rows back, and doing it again finishes it", async () => {
  let lake = await openLake(folder);
  await threeRuns(lake);
  const old = await filesIn(folder);
  const kept = await Promise.all(old.map((file) => readFile(join(folder, file))));
  await lake.erase("user-3");
  const rows = await rowsOf(lake);
  await lake.close();
  // As if only the settled files and the new arrivals were done when the machine stopped.
  for (const [n, file] of old.entries())
    if (file.startsWith("arrivals/")) await writeFile(join(folder, file), kept[n]!);
  lake = await openLake(folder);
  expect(await rowsOf(lake)).toEqual(rows);
  expect(await lake.erase("user-3")).toMatchObject({ rowsRemoved: 0 });
  expect([lake.committed(1), lake.committed(2)]).toEqual([60, 30]);
  await lake.close();
});

test("a crash in the middle of a write leaves the lake as it was", async () => {
  let lake = await openLake(folder);
  await threeRuns(lake);
  await lake.close();
  const files = await filesIn(folder);
  await writeFile(join(folder, "arrivals", "1-000000000060-000000000080.0.parquet.partial"), "PAR1 torn");
  lake = await openLake(folder);
  expect(lake.committed(1)).toBe(60);
  await lake.close();
  expect(await filesIn(folder)).toEqual(files);
});

test("a failing write leaves no file and the lake usable", async () => {
  const lake = await openLake(folder);
  const bad = [lakeRow(0, { timestampMs: Number.NaN })];
  await expect(lake.write(bad, { partition: 1, from: 0, to: 1 })).rejects.toThrow();
  expect(await filesIn(folder)).toEqual(["lake.json"]);
  await lake.write([lakeRow(0)], { partition: 1, from: 0, to: 1 });
  expect(lake.committed(1)).toBe(1);
  await lake.close();
});

test("settled files are plain Hive folders that any engine reads, sorted by user and time", async () => {
  const lake = await openLake(folder);
  await threeRuns(lake);
  await lake.compact();
  await lake.close();
  const files = (await filesIn(folder)).filter((file) => file.endsWith(".parquet"));
  for (const file of files) expect(file).toMatch(/^events\/day=2026-01-31\/bucket=0[0-3]\/\d{8}\.parquet$/);
  const engine = await (await DuckDBInstance.create()).connect();
  const ask = async (sql: string) => (await engine.run(sql)).getRowsJson();
  const all = `read_parquet('${folder}/events/*/*/*.parquet', hive_partitioning = true, filename = true, file_row_number = true)`;
  expect(
    await ask(`SELECT count(*)::INT, count(DISTINCT bucket)::INT, min("day")::VARCHAR FROM ${all}`),
  ).toEqual([[90, 3, "2026-01-31"]]); // seven users fall into three of the four buckets
  const [[isSorted] = []] = await ask(
    `SELECT bool_and(coalesce(k > p, true)) FROM (SELECT (user_id, "timestamp") AS k, lag(k) OVER (PARTITION BY filename ORDER BY file_row_number) AS p FROM ${all} WHERE "partition" = 1)`,
  );
  expect(isSorted).toBe(true);
  const schema = await ask(
    `SELECT name, type, converted_type FROM parquet_schema('${folder}/${files[0]}') WHERE name IN ('timestamp', 'user_id', 'log_offset')`,
  );
  expect(schema).toEqual([
    ["user_id", "BYTE_ARRAY", "UTF8"],
    ["timestamp", "INT64", "TIMESTAMP_MILLIS"],
    ["log_offset", "INT64", "INT_64"],
  ]);
});

test("small files of a place are merged, a large one is left alone", () => {
  const file = (rows: number) => ({ day: "2026-01-31", bucket: 1, change: rows, rows });
  expect(filesToMerge([file(1000), file(10), file(25)], 10).map(({ rows }) => rows)).toEqual([10, 25]);
  expect(filesToMerge([file(1000)], 500).map(({ rows }) => rows)).toEqual([1000]);
  expect(filesToMerge([], 5)).toEqual([]);
});

test("a reader beside the writer sees what is committed, through compactions and erasures", async () => {
  const writer = await openLake(folder);
  await writer.write(lakeRows(0, 10), { partition: 1, from: 0, to: 10 });
  const reader = await DuckDbLake.open(folder, { isReadOnly: true });
  const count = async () => (await reader.query("SELECT count(*) FROM events")).rows[0]![0];
  expect(await count()).toBe(10);
  await writer.compact();
  await writer.write(lakeRows(10, 14), { partition: 1, from: 10, to: 14 });
  expect(await count()).toBe(14);
  await writer.erase("user-0");
  expect(await count()).toBe(12);
  expect(() => reader.write([], { partition: 1, from: 0, to: 1 })).toThrow(/read-only/);
  await reader.close();
  await writer.close();
});

test("another bucket count, a missing file and a foreign manifest are each refused", async () => {
  const lake = await openLake(folder);
  await threeRuns(lake);
  await lake.close();
  await expect(DuckDbLake.open(folder, { bucketCount: 5 })).rejects.toMatchObject({ code: "data-mismatch" });
  const settled = (await filesIn(folder)).find((file) => file.startsWith("events/"))!;
  await rm(join(folder, settled));
  await expect(openLake(folder)).rejects.toMatchObject({ code: "data-damaged" });
  await writeFile(join(folder, "lake.json"), '{"version":9}');
  await expect(openLake(folder)).rejects.toThrow(/version 2/);
  await expect(DuckDbLake.open(join(folder, "none"), { isReadOnly: true })).rejects.toMatchObject({
    code: "no-data",
  });
});

test("a folder whose name has an engine's wildcards and quotes works", async () => {
  const lake = await openLake(join(folder, "day=1 it's [x]*?"));
  await threeRuns(lake);
  await lake.compact();
  await lake.erase("user-1");
  expect((await rowsOf(lake)).length).toBe((await lake.size()).rows);
  await lake.close();
});
