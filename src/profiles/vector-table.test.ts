import { expect, test } from "vitest";
import { VectorTable } from "./vector-table.ts";

test("what was put is read and copied, in whatever order rows come; put again it is the newer, and no vector is none", () => {
  const table = new VectorTable(2);
  table.put(900, 3, Float32Array.of(1, 2));
  table.put(4, 5, Float32Array.of(3, 4));
  table.put(7, 6, undefined);
  expect([
    table.madeOf(900),
    table.madeOf(4),
    table.madeOf(7),
    table.madeOf(5),
    table.madeOf(10_000),
  ]).toEqual([3, 5, 6, 0, 0]);
  expect(
    [table.read(900), table.read(4), table.read(7), table.read(10_000)].map((own) => own && [...own]),
  ).toEqual([[1, 2], [3, 4], undefined, undefined]);
  table.put(900, 8, Float32Array.of(5, 6));
  table.put(7, 9, Float32Array.of(7, 8));
  table.put(4, 10, undefined);
  const into = new Float32Array(6);
  expect([table.write(900, into, 4), table.write(7, into, 0), table.write(4, into, 2)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([...into]).toEqual([7, 8, 0, 0, 5, 6]);
});
