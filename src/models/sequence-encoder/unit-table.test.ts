import { expect, test } from "vitest";
import { Random } from "#base";
import { unitRows } from "#numeric";
import { UnitTable } from "./unit-table.ts";

test("made in turns or at once it is the same, and what was learned stays as it is", async () => {
  const random = Random.of(1, "unit");
  const learned = Float32Array.from({ length: 5000 * 3 }, () => random.uniform() - 0.5);
  const before = learned.slice();
  const [slow, quick] = [new UnitTable(learned, 3), new UnitTable(learned, 3)];
  let turns = 0;
  const turn = setImmediate(function count() {
    turns++;
    setImmediate(count).unref();
  });
  await slow.make();
  clearImmediate(turn);
  expect(turns).toBeGreaterThan(1);
  expect(slow.values).toEqual(unitRows(before.slice(), 3));
  expect(quick.values).toEqual(slow.values);
  expect(learned).toEqual(before);
});
