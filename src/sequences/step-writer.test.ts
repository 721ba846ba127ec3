import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SystemClock } from "#base";
import { LmdbStateStore, type StateEntry, type StateOperation, type StateRange } from "#storage";
import { StepWriter } from "./step-writer.ts";

/** @file Law: whatever is still being written, reads show every step given so far, and the state gets them in order, each once. */

/** State whose writes end when they are told to. */
class HeldState {
  readonly entries = new Map<string, Uint8Array>();
  readonly written: (readonly StateOperation[])[] = [];
  #waiting: { readonly succeed: () => void; readonly fail: (error: Error) => void } | undefined;

  async get(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.entries.get(Buffer.from(key).toString("latin1")));
  }

  async scan({ prefix, limit }: StateRange): Promise<StateEntry[]> {
    const start = Buffer.from(prefix).toString("latin1");
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(start)).sort();
    return keys
      .slice(0, limit)
      .map((key) => ({ key: Buffer.from(key, "latin1"), value: this.entries.get(key)! }));
  }

  async write(operations: readonly StateOperation[]): Promise<void> {
    await new Promise<void>((succeed, fail) => {
      this.#waiting = { succeed, fail };
    });
    this.written.push(operations);
    for (const operation of operations) {
      const key = Buffer.from(operation.key).toString("latin1");
      if (operation.kind === "put") this.entries.set(key, operation.value);
      else this.entries.delete(key);
    }
  }

  refresh(): void {}

  finish(): void {
    this.#waiting?.succeed();
  }

  fail(): void {
    this.#waiting?.fail(new Error("the disk is full"));
  }
}

const put = (key: string, value: string): StateOperation => ({
  kind: "put",
  key: Buffer.from(key),
  value: Buffer.from(value),
});
const ignore = (): void => {};
const NOTHING = new Int32Array(new SharedArrayBuffer(4));

async function read(state: Pick<StepWriter, "get">, ...keys: string[]): Promise<(string | undefined)[]> {
  const values = await state.get(keys.map((key) => Buffer.from(key)));
  return values.map((value) => value && Buffer.from(value).toString());
}

test("reads show a step while it is written, deletions too, and what it leaves alone", async () => {
  const state = new HeldState();
  for (const [key, value] of [["a", "old"], ["b", "old"], ["c", "old"]] as const) // biome-ignore format: short
    state.entries.set(key, Buffer.from(value));
  const writer = new StepWriter(state);
  await writer.write([put("a", "new"), { kind: "delete", key: Buffer.from("b") }, put("d", "new")], ignore);
  expect(await read(writer, "d", "c", "b", "a", "e")).toEqual(["new", "old", undefined, "new", undefined]);
  expect(await read(state, "a")).toEqual(["old"]);
});

test("a scan waits for the step where it changes the range, and nowhere else", async () => {
  const state = new HeldState();
  state.entries.set("ab", Buffer.from("old"));
  state.entries.set("zb", Buffer.from("old"));
  const writer = new StepWriter(state);
  await writer.write([put("aa", "new"), put("ac", "new"), put("b", "new")], ignore);
  expect(await writer.scan({ prefix: Buffer.from("z"), limit: 9 })).toHaveLength(1);
  let isThere = false;
  const scan = writer.scan({ prefix: Buffer.from("a"), limit: 9 }).finally(() => {
    isThere = true;
  });
  await new Promise(setImmediate);
  expect(isThere).toBe(false);
  state.finish();
  expect((await scan).map(({ key }) => key.toString())).toEqual(["aa", "ab", "ac"]);
});

test("a step that could not be written shows meanwhile, and is written before the next", async () => {
  const state = new HeldState();
  const writer = new StepWriter(state);
  const told: string[] = [];
  await writer.write([put("a", "1")], () => told.push("first"));
  const settling = writer.settle();
  state.fail();
  await expect(settling).rejects.toThrow("the disk is full");
  expect(await read(writer, "a")).toEqual(["1"]);
  const second = writer.write([put("a", "2")], () => told.push("second"));
  state.finish();
  await second;
  expect(told).toEqual(["first"]);
  expect(await read(writer, "a")).toEqual(["2"]);
  state.finish();
  await writer.settle();
  expect(told).toEqual(["first", "second"]);
  expect(state.written).toEqual([[put("a", "1")], [put("a", "2")]]);
});

test("any steps, whenever their writing ends: what is read is what a map says", async () => {
  const key = fc.constantFrom("a", "aa", "ab", "b", "ba");
  const operation = fc.oneof(
    fc.tuple(key, fc.string({ maxLength: 2 })).map(([at, value]) => put(at, value)),
    key.map((at): StateOperation => ({ kind: "delete", key: Buffer.from(at) })),
  );
  const steps = fc.array(fc.tuple(fc.array(operation, { maxLength: 4 }), fc.boolean()), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const state = new HeldState();
      const writer = new StepWriter(state);
      const expected = new Map<string, string>();
      for (const [operations, endsEarly] of all) {
        const writing = writer.write(operations, ignore);
        state.finish();
        await writing;
        if (endsEarly) state.finish();
        for (const each of operations) {
          const at = Buffer.from(each.key).toString();
          if (each.kind === "put") expected.set(at, Buffer.from(each.value).toString());
          else expected.delete(at);
        }
        const keys = ["a", "aa", "ab", "b", "ba"];
        expect(await read(writer, ...keys)).toEqual(keys.map((at) => expected.get(at)));
      }
    }),
  );
});

test("a step is written while the next is made, which leaves the event loop no turn", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-step-"));
  const state = new LmdbStateStore(folder, new SystemClock());
  try {
    const writer = new StepWriter(state);
    await writer.write([put("a", "1")], ignore);
    const isThere = (): boolean => {
      state.refresh();
      return (state.get([Buffer.from("a")]) as readonly unknown[])[0] !== undefined; // at once, or no turn would go by unseen
    };
    for (let naps = 0; !isThere() && naps < 1000; naps++) Atomics.wait(NOTHING, 0, 0, 10);
    expect(isThere()).toBe(true);
    await writer.settle();
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
});
