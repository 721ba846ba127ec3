import { expect, test } from "vitest";
import { Random } from "#base";
import { type Interactions, packInteractions } from "#sequences";
import { ignoredItems, SHOWN } from "./ignored-items.ts";
import { sequenceEncoder } from "./sequence-encoder.ts";

test("ignored is what was shown after an engagement, before the next, and never engaged with; the newest first", () => {
  const history = { itemRows: Uint32Array.of(1, 2, 3), timestampsMs: Float64Array.of(10, 20, 30) };
  const shown = {
    itemRows: Uint32Array.of(9, 4, 5, 2, 6, 7),
    timestampsMs: Float64Array.of(5, 12, 14, 19, 25, 40),
  };
  const rows = (from: number, to: number) => {
    const ignored = ignoredItems(history, shown, { from, to });
    return Array.from({ length: to - from }, (_, at) =>
      Array.from(ignored.subarray(at * SHOWN, (at + 1) * SHOWN)).filter((item) => item >= 0),
    );
  };
  expect(rows(0, 3)).toEqual([[5, 4], [6], [7]]);
  expect(rows(1, 2)).toEqual([[6]]);
  const many = { itemRows: new Uint32Array(20).fill(8), timestampsMs: new Float64Array(20).fill(11) };
  expect(ignoredItems(history, many, { from: 0, to: 1 })).toEqual(new Int32Array(SHOWN).fill(8));
  expect(ignoredItems({ itemRows: history.itemRows }, shown, { from: 0, to: 1 })[0]).toBe(-1);
});

/** After item 0 people go on to 1, 2 or 3 alike. Half of them were shown 3 as well and left it. */
function passersBy(): Interactions {
  const USERS = 60;
  const deeds = Array.from({ length: USERS }, (_, user) => [
    { user, item: 0, timestampMs: 10 },
    { user, item: 1 + (user % 3), timestampMs: 30 },
  ]).flat();
  const looks = Array.from({ length: USERS }, (_, user) => ({ user, item: 3, timestampMs: 20 })).filter(
    ({ user }) => user % 2 === 0,
  );
  const impressions = packInteractions(looks, USERS, 5);
  return { ...packInteractions(deeds, USERS, 5), impressions };
}

test("what is shown and left falls behind what is liked as much and was not shown", async () => {
  const settings = {
    ...{
      embeddingSize: 8,
      blocks: 1,
      maxLength: 4,
      epochs: 60,
      batchSize: 60,
      learningRate: 0.01,
      dropout: 0,
    },
    impressionWeight: 1,
  };
  const gap = async (impressionWeight: number) => {
    const config = { ...sequenceEncoder.defaults, ...settings, impressionWeight };
    const context = { random: new Random(1), progress: () => {}, threads: 1 };
    const fitted = await sequenceEncoder.fit(passersBy(), config, context);
    const scores = await fitted.score([{ itemRows: Uint32Array.of(0), timestampsMs: Float64Array.of(10) }]);
    return (scores[1]! + scores[2]!) / 2 - scores[3]!;
  };
  expect(Math.abs(await gap(0))).toBeLessThan(0.1);
  expect(await gap(1)).toBeGreaterThan(0.3);
});
