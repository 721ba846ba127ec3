import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SegmentedEventLog } from "#storage";
import { encodeServedList, type ServedList } from "./served-list.ts";
import { ServedLists } from "./served-lists.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-served-lists-"));
});
afterEach(() => rm(folder, { recursive: true }));

const SEGMENT_BYTES = 4000;

async function open(notices: string[] = []): Promise<ServedLists> {
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes: SEGMENT_BYTES });
  const sizes = { segmentBytes: SEGMENT_BYTES, maxBytes: 5 * SEGMENT_BYTES };
  return ServedLists.open({ log, ...sizes, onNotice: (notice) => notices.push(notice) });
}

function listOf(recommendationId: string, changes: Partial<ServedList> = {}): ServedList {
  return {
    recommendationId,
    surface: "home",
    servedAtMs: 5,
    asOfMs: 4,
    isColdStart: false,
    offset: 0,
    seed: recommendationId,
    versions: { personal: { name: "ease", version: "0001" } },
    items: [{ itemId: "i-1", score: 0.5, source: "personal", probability: 0.25, reasons: [] }],
    trace: {
      sources: [],
      filters: [],
      selector: { name: "blend", in: 9, kept: 1, ms: 0.1 },
      hydrators: [],
      ms: 1,
    },
    ...changes,
  };
}

test("a list is there at once, after it was written, and after a restart, with all that was said of it", async () => {
  const lists = await open();
  const list = listOf("one", { userId: 'quoted "anna"', condition: { topic: "art" } });
  lists.keep(list);
  expect(await lists.get("one")).toEqual(list);
  await lists.flush();
  expect(await lists.get("one")).toEqual(list);
  expect(await lists.get("none")).toBeUndefined();
  lists.keep(listOf("two"));
  await lists.close();
  const again = await open();
  expect(await again.get("one")).toEqual(list);
  expect(await again.get("two")).toEqual(listOf("two"));
  const all = [];
  for await (const { recommendationId } of again.all()) all.push(recommendationId);
  expect(all).toEqual(["one", "two"]);
  await again.close();
});

test("they never take more than they may: the oldest go, and are not found any more", async () => {
  const lists = await open();
  const perFile = Math.floor(SEGMENT_BYTES / (encodeServedList(listOf("list-000")).length + 8));
  for (let n = 0; n < 10 * perFile; n++) {
    lists.keep(listOf(`list-${String(n).padStart(3, "0")}`));
    await lists.flush();
    expect(lists.bytes).toBeLessThanOrEqual(5 * SEGMENT_BYTES);
  }
  const kept = lists.size;
  expect(kept).toBeGreaterThan(2 * perFile);
  expect(await lists.get("list-000")).toBeUndefined();
  const newest = 10 * perFile - 1;
  const idOf = (n: number): string => `list-${String(n).padStart(3, "0")}`;
  expect((await lists.get(idOf(newest)))?.recommendationId).toBe(idOf(newest));
  expect((await lists.get(idOf(newest - kept + 1)))?.recommendationId).toBe(idOf(newest - kept + 1));
  expect(await lists.get(idOf(newest - kept))).toBeUndefined();
  await lists.close();
});

test("what is removed is gone from the files, also when it had not been written yet", async () => {
  const lists = await open();
  lists.keep(listOf("hers", { userId: "anna-7f3a" }));
  lists.keep(listOf("his", { userId: "ben" }));
  const removed = await lists.remove((_, record) => Buffer.from(record).includes("anna-7f3a"));
  expect(removed).toBe(1);
  expect(await lists.get("hers")).toBeUndefined();
  expect((await lists.get("his"))?.userId).toBe("ben");
  await lists.close();
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (file.isFile())
      expect((await readFile(join(file.parentPath, file.name))).includes("anna-7f3a")).toBe(false);
});

test("lists that come while others are written are written too", async () => {
  const lists = await open();
  const ids = Array.from({ length: 30 }, (_, n) => `list-${n}`);
  for (const id of ids) {
    lists.keep(listOf(id));
    void lists.flush();
    await new Promise(setImmediate);
  }
  await lists.flush();
  expect(lists.size).toBe(ids.length);
  for (const id of ids) expect((await lists.get(id))?.recommendationId).toBe(id);
  await lists.close();
});

test("what cannot be written is counted and told, and nobody waits for it", async () => {
  const notices: string[] = [];
  const lists = await open(notices);
  await lists.close();
  lists.keep(listOf("late"));
  await lists.flush();
  expect(lists.lost).toBe(1);
  expect(notices).toEqual([expect.stringMatching(/^1 served lists could not be kept: /)]);
  expect(await lists.get("late")).toBeUndefined();
});
