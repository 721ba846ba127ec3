import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { describeModel } from "../model.cases.ts";
import { plantedPeople } from "./planted.cases.ts";
import { ranker } from "./ranker.ts";

const tiny = {
  embeddingSize: 16,
  maxLength: 20,
  epochs: 6,
  batchSize: 32,
  negatives: 4,
  columns: 3,
  crossLayers: 1,
  learningRate: 0.015,
  heldOut: 0,
  maskHours: 0,
};

describeModel(ranker, {
  config: tiny,
  isPersonal: true,
  isSequential: true,
  needsTimes: false,
  ndcgAt10: [0.15, 0.3],
});

const SAVE = 1;
const HIDE = 2;
const noon = 20_030 * DAY_MS;
const context = { random: new Random(1), progress: () => {}, threads: 1 };
const planted = { ...ranker.defaults, ...tiny, heldOut: 0.2, epochs: 6, idDropout: 0.5 };

/** Somebody who saved items 0, 3 and 6 and hid 1 and 4. */
const person = {
  itemRows: Uint32Array.of(0, 1, 3, 4, 6),
  weights: Float32Array.of(2, 0, 2, 0, 2),
  actions: Uint8Array.of(SAVE, HIDE, SAVE, HIDE, SAVE),
  surfaces: new Uint8Array(5).fill(1),
  timestampsMs: Float64Array.from([5, 4, 3, 2, 1], (days) => noon - days * DAY_MS),
};
const candidates = [30, 31, 32, 99];

test.each(["cross"] as const)(
  "with %s fusion it learns what is saved and what is hidden by whom, from impressions",
  async (fusion) => {
    const fitted = await ranker.fit(plantedPeople(60, 8), { ...planted, fusion }, context);
    const { heads, strengths } = fitted.ranker!;
    expect(heads).toEqual(["save", "hide"]);
    expect(strengths["save"]).toBe(2);
    expect(strengths["hide"]).toBe(-2);
    const said = await fitted.ranker!.rank(person, candidates, { timeMs: noon, surface: 1 });
    const of = (row: number, head: number) => said[row * 2 + head]!;
    for (const other of [1, 2]) expect(of(0, 0)).toBeGreaterThan(2 * of(other, 0)); // 0.7 of the loved kind is saved, nothing else
    for (const other of [0, 2]) expect(of(1, 1)).toBeGreaterThan(of(other, 1)); // half of the loathed kind is hidden, nothing else
    expect(of(3, 0)).toBeNaN(); // no such item
    expect(of(3, 1)).toBeNaN();
  },
);

test("what it says of a candidate does not depend on the others, and a model read back says the same", async () => {
  const fitted = await ranker.fit(plantedPeople(20, 4), { ...planted, epochs: 1 }, context);
  const moment = { timeMs: noon, surface: 1 };
  const together = await fitted.ranker!.rank(person, candidates, moment);
  for (const [row, candidate] of candidates.entries()) {
    const alone = await fitted.ranker!.rank(person, [candidate], moment);
    for (const [head, value] of alone.entries())
      if (candidate < 60) expect(value).toBeCloseTo(together[row * 2 + head]!, 5);
      else expect(value).toBeNaN();
  }
  const loaded = ranker.load(fitted.serialize());
  expect(await loaded.ranker!.rank(person, candidates, moment)).toEqual(together);
  expect(loaded.ranker!.heads).toEqual(fitted.ranker!.heads);
  expect(await fitted.ranker!.rank(person, [], moment)).toHaveLength(0);
  const nobody = await fitted.ranker!.rank({ itemRows: new Uint32Array(0) }, [0, 1], moment);
  expect(nobody.every((value) => value > 0 && value < 1)).toBe(true);
});

test("settings that name actions are refused where there are none of that name, and weights that are none", async () => {
  const data = plantedPeople(20, 4);
  for (const odd of [
    { heads: "buy" },
    { reads: "buy" },
    { headWeights: "save:x" },
    { stateWeights: "old:1" },
  ])
    await expect(ranker.fit(data, { ...planted, ...odd }, context)).rejects.toMatchObject({
      code: "invalid-config",
    });
});
