import { beforeAll, expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { decodeSafetensors, encodeSafetensors } from "#tensor";
import { describeModel } from "../model.cases.ts";
import { CONDITIONS, plantedPeople, plantedSearchers } from "./planted.cases.ts";
import { ranker } from "./ranker.ts";

const tiny = {
  embeddingSize: 16,
  maxLength: 20,
  epochs: 15,
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

const fits = new Map<string, ReturnType<typeof ranker.fit>>();

/** A ranker of the planted people; one that was fitted before is not fitted again. */
function fitted(fusion: "cross" | "early"): ReturnType<typeof ranker.fit> {
  const known = fits.get(fusion) ?? ranker.fit(plantedPeople(60, 8), { ...planted, fusion }, context);
  fits.set(fusion, known);
  return known;
}

const fitSearchers = (changes: Partial<typeof planted>): ReturnType<typeof ranker.fit> =>
  ranker.fit(plantedSearchers(60, 8), { ...planted, fusion: "average", ...changes }, context);
let searchers: ReturnType<typeof ranker.fit>;
beforeAll(() => {
  searchers = fitSearchers({});
});

/** Somebody who saved three items of one kind and hid two of another. */
function personWho(loved: number, loathed: number) {
  return {
    itemRows: Uint32Array.of(loved, loathed, 3 + loved, 3 + loathed, 6 + loved),
    weights: Float32Array.of(2, 0, 2, 0, 2),
    actions: Uint8Array.of(SAVE, HIDE, SAVE, HIDE, SAVE),
    surfaces: new Uint8Array(5).fill(1),
    timestampsMs: Float64Array.from([5, 4, 3, 2, 1], (days) => noon - days * DAY_MS),
  };
}
const person = personWho(0, 1);
const candidates = [30, 31, 32, 99];

test.each(["cross", "early"] as const)(
  "with %s fusion it learns what is saved and what is hidden by whom, from impressions",
  async (fusion) => {
    const { ranker: own } = await fitted(fusion);
    const { heads, strengths } = own!;
    expect(heads).toEqual(["save", "hide"]);
    expect(strengths["save"]).toBe(2);
    expect(strengths["hide"]).toBe(-2);
    /** Of what such a person loves, loathes and has never met. */
    const means = { save: [0, 0, 0], hide: [0, 0, 0] };
    for (const [loved, loathed] of [0, 1, 2].flatMap((one) =>
      [1, 2].map((by) => [one, (one + by) % 3] as const),
    )) {
      const kinds = [loved, loathed, 3 - loved - loathed];
      const said = await own!.rank(personWho(loved, loathed), [...kinds.map((kind) => 30 + kind), 99], {
        ...{ timeMs: noon, surface: 1 },
      });
      for (const kind of kinds.keys()) {
        means.save[kind]! += said[2 * kind]! / 6;
        means.hide[kind]! += said[2 * kind + 1]! / 6;
      }
      expect([...said.subarray(6)]).toEqual([Number.NaN, Number.NaN]); // no such item
    }
    const [loved, loathed, unmet] = [0, 1, 2] as const;
    for (const other of [loathed, unmet]) expect(means.save[loved]).toBeGreaterThan(2 * means.save[other]!); // 0.7 of the loved kind is saved, nothing else
    for (const other of [loved, unmet]) expect(means.hide[loathed]).toBeGreaterThan(1.5 * means.hide[other]!); // half of the loathed kind is hidden, nothing else
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
  const { tensors, metadata } = decodeSafetensors(fitted.serialize());
  const { conditions: _, ...config } = JSON.parse(metadata["config"]!); // as files had it before lists were about anything
  const former = encodeSafetensors({ tensors, metadata: { ...metadata, config: JSON.stringify(config) } });
  expect(await ranker.load(former).ranker!.rank(person, candidates, moment)).toEqual(together);
  expect(await fitted.ranker!.rank(person, [], moment)).toHaveLength(0);
  const nobody = await fitted.ranker!.rank({ itemRows: new Uint32Array(0) }, [0, 1], moment);
  expect(nobody.every((value) => value > 0 && value < 1)).toBe(true);
});

test("an item that came after the fit is what its description says, as a candidate and in a history; of one that says nothing nothing is said", async () => {
  const before = await fitted("cross");
  const later = [{ tags: ["red"] }, { tags: ["green"] }, { tags: ["unheard of"] }];
  const grown = ranker.load(before.serialize()).over!({
    ...{ revision: 1, itemCount: 63 },
    at: (item) => later[item - 60] ?? {},
  });
  expect(grown.itemCount).toBe(63);
  const moment = { timeMs: noon, surface: 1 };
  const said = await grown.ranker!.rank(person, [60, 61, 62, 63], moment);
  const save = (row: number) => said[row * 2]!;
  expect(save(0)).toBeGreaterThan(2 * save(1)); // the person saves what is red
  expect([save(2), save(3)]).toEqual([Number.NaN, Number.NaN]);
  const [known] = await grown.ranker!.rank(person, [30], moment);
  expect(await before.ranker!.rank(person, [30], moment)).toEqual(
    await grown.ranker!.rank(person, [30], moment),
  );
  const newcomer = {
    ...person,
    itemRows: Uint32Array.of(60, 61, 60, 61, 60),
  };
  const [red, , green] = await grown.ranker!.rank(newcomer, [30, 31], moment);
  expect(red).toBeGreaterThan(green!);
  expect(known).toBeGreaterThan(0);
});

test("told what a list is about, it finds what such people save whatever they did before; not told, or not asked, it cannot", async () => {
  const told = ranker.load((await searchers).serialize());
  const untold = await fitSearchers({ conditions: "ignored" });
  expect([told.ranker!.readsConditions, untold.ranker!.readsConditions]).toEqual([true, false]);
  /** Mean chance of a save of what fits and of what does not, over all that lists are about. */
  const saves = async ({ ranker: own }: typeof untold, conditions = CONDITIONS.slice(1)) => {
    const means = { fits: 0, others: 0 };
    for (const [at, condition] of conditions.entries()) {
      const said = await own!.rank(person, [30, 31, 32], { timeMs: noon, surface: 1, condition });
      for (const kind of [0, 1, 2])
        means[kind === Math.floor(at / 3) ? "fits" : "others"] += said[kind]! / conditions.length;
    }
    return { fits: means.fits, others: means.others / 2 };
  };
  const [known, unknown, unasked] = [await saves(told), await saves(untold), await saves(told, [undefined])];
  expect(known.fits).toBeGreaterThan(4 * known.others); // 0.7 of the kind is saved, nothing else
  expect(unknown.fits).toBeLessThan(1.5 * unknown.others);
  expect(unasked.fits).toBeLessThan(2 * unasked.others);
});

test("an item that came after the fit fits a list by its description", async () => {
  const grown = (await searchers).over!({
    ...{ revision: 1, itemCount: 62 },
    at: (item) => ({ tags: [["red", "green"][item - 60]!] }),
  });
  for (const [kind, text] of ["red", "green"].entries()) {
    const condition = { kind: "text", text } as const;
    const said = await grown.ranker!.rank(person, [60, 61], { timeMs: noon, surface: 1, condition });
    expect(said[kind]).toBeGreaterThan(4 * said[1 - kind]!);
  }
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
