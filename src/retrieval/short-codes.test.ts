import { expect, test } from "vitest";
import { Random } from "#base";
import { learnCodebook, meanSquares } from "./short-codes.ts";

const ROWS = 2000;

/** Rows of independent normal elements with these deviations. */
function made(deviations: readonly number[]): Float32Array {
  const random = new Random(2);
  const { length } = deviations;
  return Float32Array.from({ length: ROWS * length }, (_, at) => deviations[at % length]! * random.normal());
}

test("the element with the largest share is paired with that with the least, and gets nearly all of the four bits", () => {
  const deviations = [0.1, 2, 1, 0.2];
  const table = made(deviations);
  const { pairs, errors } = learnCodebook(table, ROWS, meanSquares(table, ROWS, 4));
  expect([...pairs]).toEqual([1, 0, 2, 3]);
  expect(errors[1]! / 2 ** 2).toBeLessThan(0.02); // the best quantizer of a normal variable with 16 values: .0095 (Max, 1960)
  expect(errors[0]! / 0.1 ** 2).toBeGreaterThan(0.5);
});

test("of elements alike each gets two bits, and the errors are those of the nearest codewords", () => {
  const table = made([1, 1]);
  const { pairs, codewords, errors } = learnCodebook(table, ROWS, meanSquares(table, ROWS, 2));
  const squares = [0, 0];
  for (let row = 0; row < ROWS; row++) {
    const point = [...pairs].map((element) => table[2 * row + element]!);
    const words = Array.from({ length: 16 }, (_, word) => [codewords[word]!, codewords[16 + word]!]);
    const distance = (word: number[]) => (word[0]! - point[0]!) ** 2 + (word[1]! - point[1]!) ** 2;
    const nearest = words.reduce((best, word) => (distance(word) < distance(best) ? word : best));
    for (const [side, element] of pairs.entries())
      squares[element]! += (nearest[side]! - point[side]!) ** 2 / ROWS;
  }
  for (const [element, square] of squares.entries()) {
    expect(errors[element]! / square).toBeCloseTo(1, 1);
    expect(square).toBeLessThan(0.16); // a quantizer of each alone, with 4 values: .1175 (Max, 1960)
  }
});

test("nothing weighs nothing, and few rows, equal rows and zeros give a codebook of numbers", () => {
  for (const rows of [1, 3]) {
    const { codewords, weights, errors } = learnCodebook(
      new Float32Array(4 * rows),
      rows,
      new Float32Array(4),
    );
    expect([...codewords].every((value) => value === 0)).toBe(true);
    expect(Math.min(...weights, ...errors)).toBeGreaterThan(0);
  }
});
