import { readlinkSync } from "node:fs";
import { type FileHandle, mkdtemp, open, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { replaceFile } from "./durable-file.ts";
import { FileBlobStore } from "./embedded/file-blob-store.ts";
import { SegmentedEventLog } from "./embedded/segmented-event-log.ts";

let folder: string;
/** What was flushed since it was last asked, in order. */
const flushed: string[] = [];
const takeFlushed = (): string[] => flushed.splice(0).map((path) => path.slice(folder.length));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "inkling-durable-")));
  const file = await open(new URL(import.meta.url));
  const files = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  for (const method of ["sync", "datasync"] as const) {
    const own = files[method];
    vi.spyOn(files, method).mockImplementation(function (this: FileHandle) {
      flushed.push(readlinkSync(`/proc/self/fd/${this.fd}`));
      return Reflect.apply(own, this, []);
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** A name that is not on disk is gone when the machine comes up again, whatever bytes it stood for. */
test.runIf(process.platform === "linux")(
  "what is put in a file's place survives the machine, and so do its name and its folders",
  async () => {
    const path = join(folder, "a", "b", "file");
    await replaceFile(path, "old");
    expect(takeFlushed()).toEqual(["/a", "", expect.stringMatching(/^\/a\/b\/file\..+\.partial$/), "/a/b"]);
    await replaceFile(path, Buffer.from("new"));
    expect(takeFlushed().slice(1)).toEqual(["/a/b"]);
    expect([await readFile(path, "utf8"), await readdir(join(folder, "a", "b"))]).toEqual(["new", ["file"]]);
  },
);

test.runIf(process.platform === "linux")("blobs and committed offsets are put so", async () => {
  const blobs = new FileBlobStore(join(folder, "blobs"));
  await blobs.put("erasures/one.json", Buffer.from("{}"));
  expect(takeFlushed().at(-1)).toBe("/blobs/erasures");
  expect(await blobs.putNew("models/one", Buffer.from("1"))).toBe(true);
  expect(takeFlushed().at(-1)).toBe("/blobs/models");
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 1 });
  await log.append(0, [Buffer.from("a"), Buffer.from("b")]);
  takeFlushed();
  // At once by two of a group: neither takes the other's file away.
  await Promise.all([log.commit("readers", 0, 1), log.commit("readers", 0, 2)]);
  expect(takeFlushed().at(-1)).toBe("/log/offsets");
  expect([1, 2]).toContain(await log.committed("readers", 0));
  await log.close();
});
