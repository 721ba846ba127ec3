import { expect, test } from "vitest";
import { fillRing } from "./ring.ts";

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ index: from + n, start: 40 * (from + n) }));
const shown = ({ places }: { readonly places: readonly ({ readonly index: number } | undefined)[] }) =>
  places.map((row) => row?.index);

test("rows that stay keep their places, and one that comes takes that of one that went", () => {
  const first = fillRing([], rows(0, 4), { size: 4, most: 2 });
  expect(first).toMatchObject({ isLate: false, places: rows(0, 4) });
  const next = fillRing(first.places, rows(1, 5), { size: 4, most: 2 });
  expect([shown(next), next.isLate]).toEqual([[4, 1, 2, 3], false]);
});

test("a jump is drawn in pieces: a place keeps its row until its turn comes", () => {
  const before = fillRing([], rows(0, 4), { size: 4, most: 3 });
  const half = fillRing(before.places, rows(100, 104), { size: 4, most: 3 });
  expect([shown(half), half.isLate]).toEqual([[100, 101, 102, 3], true]);
  const whole = fillRing(half.places, rows(100, 104), { size: 4, most: 3 });
  expect([shown(whole), whole.isLate]).toEqual([[100, 101, 102, 103], false]);
});

test("a place that nobody wants is empty, and a larger ring begins anew", () => {
  const before = fillRing([], rows(0, 4), { size: 4, most: 1 });
  expect(shown(fillRing(before.places, rows(2, 4), { size: 4, most: 1 }))).toEqual([
    undefined,
    undefined,
    2,
    3,
  ]);
  expect(shown(fillRing(before.places, rows(0, 6), { size: 8, most: 1 })).slice(0, 6)).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
});
