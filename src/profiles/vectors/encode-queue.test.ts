import { expect, test } from "vitest";
import type { History } from "#sequences";
import { EncodeQueue } from "./encode-queue.ts";

const person = (item: number): History => ({ itemRows: Uint32Array.of(item) });

/** An encoder whose vectors are (item, item + 0.5), and which finishes when it is told to. */
function slowEncoder() {
  const batches: number[][] = [];
  const finishers: (() => void)[] = [];
  const encode = async (histories: readonly History[]): Promise<Float32Array> => {
    const items = histories.map(({ itemRows }) => itemRows[0]!);
    batches.push(items);
    await new Promise<void>((resolve) => finishers.push(resolve));
    return Float32Array.from(items.flatMap((item) => [item, item + 0.5]));
  };
  const finish = async (): Promise<void> => {
    await new Promise(setImmediate);
    finishers.shift()?.();
    await new Promise(setImmediate);
  };
  return { batches, encode, finish };
}

test("who asks in one turn goes together, who asks meanwhile goes together next, and each gets their own", async () => {
  const { batches, encode, finish } = slowEncoder();
  const queue = new EncodeQueue(encode);
  const first = [1, 2].map((item) => queue.encode(person(item)));
  await new Promise(setImmediate);
  const second = [3, 4, 5].map((item) => queue.encode(person(item)));
  await finish();
  expect(batches).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  await finish();
  expect(await Promise.all([...first, ...second])).toEqual(
    [1, 2, 3, 4, 5].map((n) => Float32Array.of(n, n + 0.5)),
  );
});

test("a batch is bounded, and one is under way at a time", async () => {
  const { batches, encode, finish } = slowEncoder();
  const queue = new EncodeQueue(encode);
  const all = Promise.all(Array.from({ length: 38 }, (_, item) => queue.encode(person(item))));
  await new Promise(setImmediate);
  expect(batches.map(({ length }) => length)).toEqual([16]);
  for (let turn = 0; turn < 3; turn++) await finish();
  expect(batches.map(({ length }) => length)).toEqual([16, 16, 6]);
  expect((await all).map(([item]) => item)).toEqual(Array.from({ length: 38 }, (_, item) => item));
});

test("work for later gives way to who asks now", async () => {
  const { batches, encode, finish } = slowEncoder();
  const queue = new EncodeQueue(encode);
  const later = queue.encodeLater(Array.from({ length: 32 }, (_, item) => person(100 + item)));
  await new Promise(setImmediate);
  const now = queue.encode(person(7));
  for (let turn = 0; turn < 3; turn++) await finish();
  expect(batches.map((items) => items[0])).toEqual([100, 7, 116]);
  expect(await now).toEqual(Float32Array.of(7, 7.5));
  expect(await later).toHaveLength(32);
});

test("a batch that fails fails those in it and nobody else", async () => {
  let isBroken = true;
  const queue = new EncodeQueue(async (histories) => {
    if (isBroken) throw new Error("no engine");
    return new Float32Array(histories.length * 2);
  });
  await expect(queue.encode(person(1))).rejects.toThrow("no engine");
  isBroken = false;
  expect(await queue.encode(person(1))).toHaveLength(2);
});
