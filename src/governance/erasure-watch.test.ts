import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SystemClock } from "#base";
import { FileBlobStore } from "#storage";
import { Erasures } from "./erasure.ts";
import { ErasureWatch } from "./erasure-watch.ts";

/** Erasures of a folder whose only store forgets when it is told to, or fails. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), "inkling-erasure-watch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const receipts = new FileBlobStore(join(folder, "blobs"));
  const pending = new FileBlobStore(join(folder, "erasing"));
  let finish = (_isFailure: boolean): void => {};
  const forget = () =>
    new Promise<Record<string, number>>((resolve, reject) => {
      finish = (isFailure) => (isFailure ? reject(new Error("no")) : resolve({ rows: 1 }));
    });
  const erasures = new Erasures({
    stores: [{ name: "one", forget, verify: async () => 0 }],
    ...{ receipts, pending, clock: new SystemClock(), newId: () => crypto.randomUUID() },
    withLinked: (ids) => ids,
    hold: async () => async () => {},
    cameAgain: async () => false,
    scan: async () => ({ files: 0, bytes: 0, tooShort: 0, found: [] }),
    onNotice: () => {},
  });
  return {
    /** Resolves when it is forgetting. */
    async begin() {
      const before = finish;
      await erasures.begin(["person-1"]);
      await expect.poll(() => finish !== before).toBe(true);
    },
    watch: () => ErasureWatch.begin(receipts, pending),
    /** What failed is tried again, as at a start. */
    async resume() {
      const before = finish;
      void erasures.resume();
      await expect.poll(() => finish !== before).toBe(true);
    },
    async end(isFailure = false) {
      finish(isFailure);
      await erasures.settled();
    },
  };
}

test("an erasure breaks what was read before it was done, whether it was asked for then or later", async () => {
  const { begin, watch, end } = await open();
  const early = await watch();
  expect(await early.isBroken()).toBe(false);
  await begin();
  expect([await early.isBroken(), await early.isErasing()]).toEqual([true, true]);
  const during = await watch();
  expect(await during.isBroken()).toBe(true); // what is to go may still be read
  await end();
  expect([await during.isBroken(), await during.isErasing()]).toEqual([true, false]);
  expect(await (await watch()).isBroken()).toBe(false);
});

test("one that failed and waits for the next start keeps nobody waiting", async () => {
  const { begin, watch, end } = await open();
  await begin();
  await end(true);
  const after = await watch();
  expect([await after.isBroken(), await after.isErasing()]).toEqual([false, false]);
});

test("one that had failed breaks what was read before it was done, once it is tried again", async () => {
  const { begin, resume, watch, end } = await open();
  await begin();
  await end(true);
  const before = await watch();
  await resume();
  expect([await before.isBroken(), await before.isErasing()]).toEqual([true, true]);
  const during = await watch();
  await end();
  expect([await before.isBroken(), await during.isBroken()]).toEqual([true, true]);
  expect(await (await watch()).isBroken()).toBe(false);
});
