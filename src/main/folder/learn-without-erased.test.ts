import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FileBlobStore } from "#storage";
import { paths } from "./data-folder.ts";
import { learnWithoutErased } from "./learn-without-erased.ts";

/** A folder with one erasure that is over, and what notes another as done. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), "inkling-learn-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const receipts = new FileBlobStore(paths.blobs(folder));
  const erase = (name: string) =>
    receipts.put(`erasures/${name}.json`, Buffer.from(JSON.stringify({ status: "done" })));
  await erase("before");
  return { folder, erase };
}

test("what is learned while nobody is erased is learned once", async () => {
  const { folder } = await open();
  let times = 0;
  expect(await learnWithoutErased(folder, async () => ++times)).toBe(1);
});

test("what is learned while somebody is erased is learned again, and given as it was learned last", async () => {
  const { folder, erase } = await open();
  let times = 0;
  let told = 0;
  const learn = async () => {
    if (++times === 1) await erase("meanwhile");
    return times;
  };
  expect(await learnWithoutErased(folder, learn, { again: () => told++ })).toBe(2);
  expect(told).toBe(1);
});

test("where somebody is erased each time, the third is given", async () => {
  const { folder, erase } = await open();
  let times = 0;
  const learn = async () => {
    await erase(`erased-${++times}`);
    return times;
  };
  expect(await learnWithoutErased(folder, learn)).toBe(3);
});
