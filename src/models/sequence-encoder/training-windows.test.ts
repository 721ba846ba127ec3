import { expect, test } from "vitest";
import type { History } from "#sequences";
import { itemsAlone } from "./encoder-inputs.ts";
import { trainingWindows } from "./training-windows.ts";

/** @file Which items are predicted from which: told apart by items that are all different. */

const sequences = [range(0, 10), range(20, 24), range(30, 32)];
const options = {
  maxLength: 4,
  batchSize: 2,
  seed: 1,
  tokens: itemsAlone,
  predicts: "next-item",
  horizonDays: 1,
} as const;

test("of the newest window, everything but its first item is predicted", () => {
  expect(predictedIn("newest", 0)).toEqual([6, 7, 8, 9, 21, 22, 23, 31]);
});

test("of all windows, everything but the first item of a history is predicted, once", () => {
  expect(predictedIn("all", 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 23, 31]);
});

test("random windows are as long as the newest, move from epoch to epoch, and reach every item", () => {
  const epochs = Array.from({ length: 30 }, (_, epoch) => predictedIn("random", epoch));
  expect(new Set(epochs.map(({ length }) => length))).toEqual(new Set([8]));
  expect(new Set(epochs.flat())).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 23, 31]));
  expect(predictedIn("random", 7)).toEqual(epochs[7]);
});

/** The targets of one epoch, ascending. */
function predictedIn(windows: "newest" | "all" | "random", epoch: number): number[] {
  const data = trainingWindows(sequences, { ...options, windows });
  return Array.from({ length: data.batchesPerEpoch }, (_, position) =>
    Array.from(data.batch(epoch, position).inputs["targets"]!.values, Number),
  )
    .flat()
    .sort((left, right) => left - right);
}

function range(from: number, to: number): History {
  return { itemRows: Uint32Array.from({ length: to - from }, (_, step) => from + step) };
}
