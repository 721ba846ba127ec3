import { access, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SystemClock } from "#base";
import { type LmdbStateOptions, LmdbStateStore } from "./lmdb-state-store.ts";
import { runOfMachine } from "./unflushed-mark.ts";

/** @file What a state that does not wait for the disk says of itself, and when it is believed. */
let folder: string;
let mark: string;
const key = Buffer.from("k");
const value = Buffer.from("v");

const open = (options?: LmdbStateOptions): LmdbStateStore =>
  new LmdbStateStore(folder, new SystemClock(), options);
const isMarked = (): Promise<boolean> =>
  access(mark).then(
    () => true,
    () => false,
  );

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-unflushed-"));
  mark = join(folder, "unflushed");
});
afterEach(() => rm(folder, { recursive: true }));

// Elsewhere every write waits for the disk, and there is nothing to mark.
test.runIf(runOfMachine())("it is marked from before the first write until a clean close", async () => {
  const store = open();
  expect(await isMarked()).toBe(false);
  await store.write([{ kind: "put", key, value }]);
  expect(await readFile(mark, "latin1")).toMatch(new RegExp(`^${runOfMachine()} \\d+:\\d+$`));
  await store.close();
  expect(await isMarked()).toBe(false);
});

test("a reader that closes takes no mark away", async () => {
  const writer = open();
  await writer.write([{ kind: "put", key, value }]);
  const wasMarked = await isMarked();
  const reader = open();
  await reader.get([key]);
  await reader.close();
  expect(await isMarked()).toBe(wasMarked);
  await writer.close();
});

test("a mark of this run of the machine is a process that died: all is there", async () => {
  const store = open();
  await store.write([{ kind: "put", key, value }]);
  await store.close();
  await writeFile(mark, runOfMachine() ?? "");
  const after = open();
  expect(after.wasLost).toBe(false);
  expect((await after.get([key]))[0]).toEqual(value);
  await after.close();
});

test.runIf(runOfMachine())(
  "a process that died is believed, a copy of what it was writing is not",
  async () => {
    const writer = open();
    await writer.write([{ kind: "put", key, value }]);
    const copy = await mkdtemp(join(tmpdir(), "inkling-unflushed-copy-"));
    await cp(folder, copy, { recursive: true });
    const copied = new LmdbStateStore(copy, new SystemClock());
    expect(copied.wasLost).toBe(true);
    expect((await copied.get([key]))[0]).toBeUndefined();
    await copied.close();
    await rm(copy, { recursive: true });
    const beside = open(); // as the next process finds it when the first was killed
    expect(beside.wasLost).toBe(false);
    expect((await beside.get([key]))[0]).toEqual(value);
    await beside.close();
    await writer.close();
  },
);

test.each([{}, { survivesMachine: true }])(
  "a mark of another run is a machine that died: it begins empty %j",
  async (options) => {
    const store = open();
    await store.write([{ kind: "put", key, value }]);
    await store.close();
    await writeFile(mark, "another run");
    const after = open(options);
    expect(after.wasLost).toBe(true);
    expect((await after.get([key]))[0]).toBeUndefined();
    await after.write([{ kind: "put", key, value }]);
    await after.close();
    const again = open(options);
    expect(again.wasLost).toBe(false);
    expect((await again.get([key]))[0]).toEqual(value);
    await again.close();
  },
);

test("one that survives the machine gets on disk what a process that died had not", async () => {
  const quick = open();
  await quick.write([{ kind: "put", key, value }]);
  await quick.close();
  await writeFile(mark, runOfMachine() ?? "");
  const safe = open({ survivesMachine: true });
  expect(await isMarked()).toBe(false);
  expect((await safe.get([key]))[0]).toEqual(value);
  await safe.close();
});

test("one that survives the machine has no mark, and takes over what another way wrote", async () => {
  const quick = open();
  await quick.write([{ kind: "put", key, value }]);
  await quick.close();
  const safe = open({ survivesMachine: true });
  expect((await safe.get([key]))[0]).toEqual(value);
  await safe.write([{ kind: "put", key: Buffer.from("more"), value }]);
  expect(await isMarked()).toBe(false);
  await safe.close();
  const back = open();
  expect((await back.get([key, Buffer.from("more")])).map((found) => found?.length)).toEqual([1, 1]);
  await back.close();
});
