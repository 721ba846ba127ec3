import { expect, test } from "vitest";
import { SlotMemory } from "./slot-memory.ts";

const shape = { dimensions: 4, slotCapacity: 64, rowCapacity: 64, listCapacity: 2, searchers: 1 };

test("what would need more than WebAssembly addresses is refused with the figures", () => {
  expect(() => SlotMemory.create({ ...shape, dimensions: 512, slotCapacity: 2 ** 21 })).toThrow(
    /room for 2097152 vectors of 512 dimensions and rows up to 64 takes 5\d\d\d MiB, and an index holds 4096; divide/,
  );
});

test("a grown memory has what the small one had, and both can be read", () => {
  const small = SlotMemory.create(shape);
  for (let row = 0; row < 40; row++) small.append(0, row, Float32Array.of(row, 1, 2, 3));
  small.remove(7);
  const grown = small.withRoomFor(1000, 50);
  expect(grown.shape.rowCapacity).toBeGreaterThan(1000);
  expect(grown.freeBlocks).toBeGreaterThanOrEqual(50);
  grown.append(0, 1000, Float32Array.of(9, 9, 9, 9));
  expect([small.size, grown.size]).toEqual([39, 40]);
  expect([small.has(1000), grown.has(1000), grown.has(7)]).toEqual([false, true, false]);
  expect([...grown.vectorOf(39)]).toEqual([39, 1, 2, 3]);
  expect(grown.withRoomFor(1000, 1)).toBe(grown);
});

test("blocks of a chain that is emptied are used again", () => {
  const memory = SlotMemory.create(shape);
  for (let round = 0; round < 20; round++) {
    for (let row = 0; row < 64; row++) memory.append(0, row, Float32Array.of(row, round, 0, 0));
    expect(memory.freeBlocks).toBe(0);
    memory.move(() => expect(memory.takeAll(0).count).toBe(64));
    expect([memory.size, memory.freeBlocks]).toEqual([0, 2]);
  }
});

test("a move that fails lets readers go on", () => {
  const memory = SlotMemory.create(shape);
  const fail = () => {
    throw new Error("half way");
  };
  expect(() => memory.move(fail)).toThrow("half way");
  expect(memory.readStable(() => 1)).toBe(1);
});

test("what is read while something moves is read again", () => {
  const memory = SlotMemory.create(shape);
  let reads = 0;
  const value = memory.readStable(() => {
    if (reads++ === 0) memory.move(() => memory.append(0, 3, Float32Array.of(1, 2, 3, 4)));
    return memory.size;
  });
  expect([value, reads]).toEqual([1, 2]);
});
