/** @file What the log, the blobs and the look at the disk do when there is no room, with faults put in where files are written. */
import { type FileHandle, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { DiskRoom, type DiskSize } from "./disk-room.ts";
import { FileBlobStore } from "./file-blob-store.ts";
import { SegmentedEventLog } from "./segmented-event-log.ts";

/** What every open file does: faults are put in here. */
let files: FileHandle;
beforeAll(async () => {
  const file = await open(new URL(import.meta.url));
  files = Object.getPrototypeOf(file);
  await file.close();
});
afterEach(() => vi.restoreAllMocks());

const PARTITION = 0;
const record = (n: number): Uint8Array => Buffer.from(`record number ${n}`);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "inkling-full-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** The next calls of a method of open files fail. */
function fail(method: "writev" | "datasync" | "sync" | "truncate", code: string, times = 1): void {
  const spy = vi.spyOn(files, method);
  for (let n = 0; n < times; n++) spy.mockRejectedValueOnce(systemError(code));
}

/** The next write of a header puts down a few bytes, the one after finds the disk full. */
function failInHeader(code: string): void {
  const { write } = files;
  vi.spyOn(files, "write")
    .mockImplementationOnce(function (this: FileHandle, ...[bytes, from, , position]: unknown[]) {
      return Reflect.apply(write, this, [bytes, from, 11, position]);
    })
    .mockRejectedValueOnce(systemError(code));
}

/** The next write of records puts down a few bytes; what is tried for the others is up to the caller. */
function stopInRecords(): void {
  const { writev } = files;
  vi.spyOn(files, "writev").mockImplementationOnce(function (
    this: FileHandle,
    ...[parts, position]: unknown[]
  ) {
    const [first] = parts as readonly Buffer[];
    return Reflect.apply(writev, this, [[first!.subarray(0, 11)], position]);
  });
}

function failInRecords(code: string): void {
  stopInRecords();
  vi.spyOn(files, "write").mockRejectedValueOnce(systemError(code));
}

async function textsOf(log: SegmentedEventLog): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < log.end(PARTITION)) {
    const records = await log.read(PARTITION, texts.length, 1000);
    texts.push(...records.map(({ bytes }) => Buffer.from(bytes).toString()));
  }
  return texts;
}

const openLog = (folder: string, segmentBytes = 1000): Promise<SegmentedEventLog> =>
  SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes });

test.each([
  ["nothing could be written", () => fail("writev", "ENOSPC")],
  ["a part was written", () => failInRecords("EDQUOT")],
  ["the flush found it out", () => fail("datasync", "ENOSPC")],
  [
    "it could not even be cut back",
    () => {
      fail("datasync", "ENOSPC");
      fail("truncate", "ENOSPC");
    },
  ],
  ["it stays full for a while", () => fail("writev", "EFBIG", 3)],
])("a full disk refuses, keeps what is there and goes on when there is room: %s", async (_, makeFull) => {
  const folder = await newFolder();
  const log = await openLog(folder);
  await log.append(PARTITION, [record(0), record(1)]);
  makeFull();
  const refused: string[] = [];
  let first: number | undefined;
  while (first === undefined) {
    first = await log.append(PARTITION, [record(2), record(3)]).catch((error) => {
      refused.push(`${error.code}: ${error.message}`);
      return undefined;
    });
    expect(await textsOf(log)).toHaveLength(first === undefined ? 2 : 4);
  }
  expect(first).toBe(2);
  expect(refused.length).toBeGreaterThan(0);
  for (const message of refused)
    expect(message).toMatch(`not-ready: the disk of ${join(folder, "partition-0")} is full`);
  const expected = [0, 1, 2, 3].map((n) => `record number ${n}`);
  expect(await textsOf(log)).toEqual(expected);
  await log.close();
  const again = await openLog(folder);
  expect(await textsOf(again)).toEqual(expected);
  await again.close();
});

test("records that the system takes a few bytes of are written to their end", async () => {
  const folder = await newFolder();
  const log = await openLog(folder);
  stopInRecords();
  await Promise.all([0, 1, 2].map((n) => log.append(PARTITION, [record(n)])));
  expect(await textsOf(log)).toEqual([0, 1, 2].map((n) => `record number ${n}`));
  await log.close();
});

test("what a full disk refused is not there after a crash either", async () => {
  const folder = await newFolder();
  const log = await openLog(folder);
  await log.append(PARTITION, [record(0)]);
  fail("datasync", "ENOSPC");
  await expect(log.append(PARTITION, [record(1)])).rejects.toMatchObject({ code: "not-ready" });
  // Not closed: another opens what is on disk.
  const afterCrash = await SegmentedEventLog.open(folder, { partitionCount: 1, isReadOnly: true });
  expect(await textsOf(afterCrash)).toEqual(["record number 0"]);
  await afterCrash.close();
  await log.close();
});

test("a segment that could not be begun is begun when there is room", async () => {
  const folder = await newFolder();
  const log = await openLog(folder, 20); // one record fills it
  await log.append(PARTITION, [record(0)]);
  failInHeader("ENOSPC"); // in the header of the next
  await expect(log.append(PARTITION, [record(1)])).rejects.toMatchObject({ code: "not-ready" });
  expect(await log.append(PARTITION, [record(1)])).toBe(1);
  expect(await textsOf(log)).toEqual(["record number 0", "record number 1"]);
  await log.close();
  const again = await openLog(folder, 20);
  expect(again.end(PARTITION)).toBe(2);
  await again.close();
});

test("a flush that fails for another reason stops the log until it is opened anew, and says so", async () => {
  const folder = await newFolder();
  const log = await openLog(folder);
  await log.append(PARTITION, [record(0)]);
  fail("datasync", "EIO");
  for (const n of [1, 2])
    await expect(log.append(PARTITION, [record(n)])).rejects.toThrow(
      /the event log must be restarted: Error: EIO/,
    );
  expect(await textsOf(log)).toEqual(["record number 0"]);
  await log.close();
  const again = await openLog(folder);
  expect((await textsOf(again))[0]).toBe("record number 0");
  await again.close();
});

test("an erasure that finds no room leaves the log as it was, and no half-written file", async () => {
  const folder = await newFolder();
  const log = await openLog(folder);
  await log.append(PARTITION, [record(0), record(1)]);
  fail("sync", "ENOSPC");
  await expect(log.erase(PARTITION, ({ offset }) => offset === 0)).rejects.toThrow("ENOSPC");
  expect(await readdir(join(folder, "partition-0"))).toEqual(["0000000000000000.segment"]);
  expect(await textsOf(log)).toEqual(["record number 0", "record number 1"]);
  expect(await log.erase(PARTITION, ({ offset }) => offset === 0)).toBe(1);
  expect(await textsOf(log)).toEqual(["", "record number 1"]);
  await log.close();
});

test("a blob that finds no room leaves nothing, and the one before it stays", async () => {
  const folder = await newFolder();
  const store = new FileBlobStore(folder);
  await store.put("a.json", record(1));
  fail("datasync", "ENOSPC");
  await expect(store.put("a.json", record(2))).rejects.toMatchObject({
    code: "not-ready",
    message: expect.stringContaining(`the disk of ${folder} is full`),
  });
  expect(await readdir(folder)).toEqual(["a.json"]);
  expect(Buffer.from((await store.get("a.json"))!)).toEqual(record(1));
});

const MIB = 1024 * 1024;

test.each<[string, DiskSize, boolean]>([
  ["a large disk keeps 256 MiB", { freeBytes: 257 * MIB, totalBytes: 100_000 * MIB }, false],
  ["and not less", { freeBytes: 255 * MIB, totalBytes: 100_000 * MIB }, true],
  ["a small one keeps 5 %", { freeBytes: 6 * MIB, totalBytes: 100 * MIB }, false],
  ["and not less", { freeBytes: 4 * MIB, totalBytes: 100 * MIB }, true],
])("%s: %o", async (_, size, isFull) => {
  const room = await DiskRoom.watch("data", { measure: async () => size });
  room.close();
  if (isFull)
    expect(room.fault()).toMatch(/^the disk of data is full: \d+\.0 MiB are free, and \d+\.0 MiB are kept/);
  else expect(room.fault()).toBeUndefined();
});

test("the look at the disk is repeated, and a system that cannot tell is taken to have room", async () => {
  const answers = [
    async () => ({ freeBytes: 0, totalBytes: 1 }),
    () => Promise.reject(new Error("no statfs")),
  ];
  let looks = 0;
  const room = await DiskRoom.watch("data", { measure: () => answers[looks++ % 2]!(), everyMs: 1 });
  onTestFinished(() => room.close());
  expect(room.fault()).toBeDefined();
  await vi.waitUntil(() => room.fault() === undefined, { timeout: 60_000 });
  await vi.waitUntil(() => room.fault() !== undefined, { timeout: 60_000 });
});

test("this machine's disk has a size", async () => {
  const room = await DiskRoom.watch(await newFolder());
  room.close();
  expect(room.fault() ?? "").not.toMatch(/NaN/);
});
