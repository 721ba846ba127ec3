import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEntityRows } from "./read-rows.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-rows-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test("people, items and other columns come in the order of the file, times without a zone in UTC", async () => {
  const path = await fileOf(
    "rows.csv",
    "timestamp,user_id,topic\n2026-01-02 03:04:05,ann,art\n2026-01-01,7,\n",
  );
  expect(await readEntityRows(path)).toEqual([
    { userId: "ann", keys: { topic: "art" }, timestampMs: Date.parse("2026-01-02T03:04:05Z") },
    { userId: "7", keys: {}, timestampMs: Date.parse("2026-01-01T00:00:00Z") },
  ]);
});

test.each([
  [
    "a.csv",
    "person,timestamp\nann,2026-01-01\n",
    "neither user_id nor item_id, its columns are person, timestamp",
  ],
  ["b.csv", "user_id,time\nann,2026-01-01\n", "no timestamp, its columns are user_id, time"],
])("a file without the columns is refused with those it has: %s", async (name, text, reason) => {
  const path = await fileOf(name, text);
  await expect(readEntityRows(path)).rejects.toMatchObject({
    code: "invalid-request",
    message: `${path} cannot be read as rows with user_id or item_id, and timestamp: it has ${reason}`,
  });
});
