import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SystemClock } from "#base";
import { describeBlobStore } from "../blob-store.cases.ts";
import { describeEventLog } from "../event-log.cases.ts";
import { describeStateStore } from "../state-store.cases.ts";
import { FileBlobStore } from "./file-blob-store.ts";
import { LmdbStateStore } from "./lmdb-state-store.ts";
import { SegmentedEventLog } from "./segmented-event-log.ts";

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "inkling-storage-"));
const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
const bytes = (text: string): Uint8Array => Buffer.from(text);

describeBlobStore("FileBlobStore", async () => {
  const folder = await newFolder();
  return { store: new FileBlobStore(folder), dispose: () => remove(folder) };
});

describeEventLog("SegmentedEventLog", async () => {
  const folder = await newFolder();
  const openLog = () => SegmentedEventLog.open(folder, { partitionCount: 3, segmentBytes: 2000 });
  let log = await openLog();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog();
      return log;
    },
    dispose: async () => {
      await log.close();
      await remove(folder);
    },
  };
});

describeStateStore("LmdbStateStore", async (clock) => {
  const folder = await newFolder();
  let store = new LmdbStateStore(folder, clock);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = new LmdbStateStore(folder, clock);
      return store;
    },
    dispose: async () => {
      await store.close();
      await remove(folder);
    },
  };
});

test("a follower opened beside the writer reads just as far as it is told, across segments begun since", async () => {
  const folder = await newFolder();
  const options = { partitionCount: 1, segmentBytes: 200 };
  const log = await SegmentedEventLog.open(folder, options);
  const follower = await SegmentedEventLog.open(folder, { ...options, isReadOnly: true });
  const seen: string[] = [];
  for (let position = 0; position < 50; position++) {
    await log.append(0, [bytes(`record number ${position}`)]);
    if (position % 7 !== 6) continue;
    expect(await follower.read(0, seen.length, 100)).toEqual([]);
    follower.extendTo(0, position - 1);
    while (seen.length < follower.end(0)) {
      for (const record of await follower.read(0, seen.length, 3))
        seen.push(Buffer.from(record.bytes).toString());
    }
    expect(seen).toHaveLength(position - 1);
  }
  expect(seen).toEqual(Array.from({ length: 47 }, (_, position) => `record number ${position}`));
  await follower.close();
  await log.close();
  await remove(folder);
});

async function newLogOnDisk(): Promise<{ folder: string; segments: () => Promise<string[]> }> {
  const folder = await newFolder();
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes: 200 });
  for (let position = 0; position < 30; position++) await log.append(0, [bytes(`record number ${position}`)]);
  await log.close();
  const partition = join(folder, "partition-0");
  return {
    folder,
    segments: async () => (await readdir(partition)).sort().map((name) => join(partition, name)),
  };
}

test("a log cut anywhere in its last record opens with everything before it, and keeps the torn bytes", async () => {
  for (const lost of [1, 5, 20]) {
    const { folder, segments } = await newLogOnDisk();
    const last = (await segments()).at(-1)!;
    const whole = (await readFile(last)).length;
    await truncate(last, whole - lost);
    const messages: string[] = [];
    const log = await SegmentedEventLog.open(folder, {
      partitionCount: 1,
      onRecovery: (message) => messages.push(message),
    });
    expect(log.end(0)).toBe(29);
    expect(messages.join()).toContain("never acknowledged");
    expect((await segments()).some((path) => path.includes(".torn-"))).toBe(true);
    expect(await log.append(0, [bytes("again")])).toBe(29);
    await log.close();
    await remove(folder);
  }
});

test("what a crash left of an erasure is gone at the next opening, and torn bytes at the next erasure", async () => {
  const { folder, segments } = await newLogOnDisk();
  const files = await segments();
  await writeFile(`${files[0]}.rewritten`, "half");
  await truncate(files.at(-1)!, (await readFile(files.at(-1)!)).length - 3);
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1, segmentBytes: 200 });
  const others = async (): Promise<string[]> =>
    (await segments()).filter((path) => !path.endsWith(".segment"));
  expect(await others()).toHaveLength(1);
  expect(await log.erase(0, ({ offset }) => offset === 3)).toBe(1);
  expect(await others()).toEqual([]);
  const contents = await Promise.all((await segments()).map((path) => readFile(path, "latin1")));
  expect(contents.join()).not.toMatch(/record number 3(?!\d)/);
  expect(contents.join()).toContain("record number 4");
  await log.close();
  await remove(folder);
});

test("a compacted store keeps no byte of what was removed", async () => {
  const folder = await newFolder();
  const store = new LmdbStateStore(folder, new SystemClock());
  const put = (n: number) => ({
    kind: "put" as const,
    key: bytes(`key-${n}.`),
    value: bytes(`value-${n}.`.repeat(1 + (n % 50))),
  });
  await store.write(Array.from({ length: 3000 }, (_, n) => put(n)));
  const gone = [7, 1234, 2999];
  await store.write(gone.map((n) => ({ kind: "delete", key: put(n).key })));
  await store.compact();
  await store.flush();
  const stored = await readFile(join(folder, "data.mdb"), "latin1");
  for (const n of gone)
    expect([stored.includes(`key-${n}.`), stored.includes(`value-${n}.`)]).toEqual([false, false]);
  expect(stored).toContain("value-8.");
  const files = (await readdir(folder)).filter((name) => name !== "unflushed");
  expect(files.sort()).toEqual(["data.mdb", "lock.mdb"]);
  await store.close();
  await remove(folder);
});

test("damage in a closed segment is refused with the file's name, not read over", async () => {
  const { folder, segments } = await newLogOnDisk();
  const [first] = await segments();
  const file = await open(first!, "r+");
  await file.write(Buffer.from([0xff]), 0, 1, 60);
  await file.close();
  await expect(SegmentedEventLog.open(folder, { partitionCount: 1 })).rejects.toMatchObject({
    code: "data-damaged",
    message: expect.stringContaining(first!),
  });
  await remove(folder);
});

test("a missing segment, a foreign file and another partition count are each refused", async () => {
  const { folder, segments } = await newLogOnDisk();
  const files = await segments();
  await expect(SegmentedEventLog.open(folder, { partitionCount: 4 })).rejects.toMatchObject({
    code: "data-mismatch",
  });
  const kept = await readFile(files[1]!);
  await rm(files[1]!);
  await expect(SegmentedEventLog.open(folder, { partitionCount: 1 })).rejects.toThrow(/are missing/);
  await writeFile(files[1]!, Buffer.concat([bytes("something else  "), kept.subarray(16)]));
  await expect(SegmentedEventLog.open(folder, { partitionCount: 1 })).rejects.toThrow(/not a log segment/);
  await remove(folder);
});

test("the segment format of version 1 is these bytes", async () => {
  const folder = await newFolder();
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  await log.append(0, [bytes("hi")]);
  await log.close();
  const stored = await readFile(join(folder, "partition-0", "0000000000000000.segment"));
  expect(stored.toString("hex")).toBe("494e4b4c4f470100000000000000000002000000fb3840656869");
  await remove(folder);
});

test("a follower reads on while the writer drops old segments, and lets go of them when told", async () => {
  const folder = await newFolder();
  const options = { partitionCount: 1, segmentBytes: 500 };
  const log = await SegmentedEventLog.open(folder, options);
  for (let n = 0; n < 30; n++) await log.append(0, [bytes(`${n}`.padEnd(100, "."))]);
  const follower = await SegmentedEventLog.open(folder, { ...options, isReadOnly: true });
  expect(await follower.read(0, 0, 1)).toHaveLength(1); // it has the oldest file open
  await log.dropBefore(0, 20);
  expect(log.start(0)).toBeGreaterThan(10);
  const reading = follower.read(0, log.start(0), 3);
  await follower.dropBefore(0, 20);
  expect((await reading).map(({ offset }) => offset - log.start(0))).toEqual([0, 1, 2]);
  expect(follower.start(0)).toBe(log.start(0));
  const [first] = await follower.read(0, 0, 1); // from the oldest kept
  expect(first!.offset).toBe(log.start(0));
  expect((await readdir(join(folder, "partition-0"))).length).toBe((await log.units(0)).length);
  await follower.close();
  await log.close();
  await remove(folder);
});
