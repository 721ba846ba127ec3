import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { type History, type Interaction, packInteractions } from "#sequences";
import { beforeRanking } from "../fit-retrieval.ts";
import type { FittedModel } from "../model.ts";
import { plantedPeople } from "./planted.cases.ts";
import { ranker } from "./ranker.ts";
import type { Requests } from "./requests.ts";
import { withRetrieved } from "./retrieval.ts";

const ITEMS = 12;
const context = { random: new Random(1), progress: () => {}, threads: 1 };

/** Says of item i what i and the length of the history are; it has not met the last item. */
const finder: FittedModel = {
  ...{ name: "finder", config: {}, itemCount: ITEMS - 1 },
  score: async (histories: readonly History[]) =>
    Float32Array.from(
      histories.flatMap(({ itemRows }) =>
        Array.from({ length: ITEMS - 1 }, (_, item) => item + itemRows.length / 100),
      ),
    ),
  explain: async () => new Float32Array(0),
  related: async () => new Float32Array(0),
  serialize: () => new Uint8Array(0),
};

const rows: Interaction[] = [3, 5, 7, 11].map((item, step) => ({ user: 0, item, timestampMs: step }));
const acts = packInteractions(rows, 1, ITEMS);
const asked: Requests = {
  users: Uint32Array.of(0, 0, 0),
  timesMs: Float64Array.of(1, 2, 3),
  surfaces: new Uint8Array(3),
  actsBefore: Uint32Array.of(1, 2, 3),
  abouts: Uint32Array.of(4, 5, 6),
  offsets: Uint32Array.of(0, 2, 4, 6),
  candidates: Uint32Array.of(5, 0, 7, 11, 11, 1), // the last list is for the item that the finder has not met
  labels: Uint8Array.of(1, 0, 1, 0, 1, 0),
};

test("what would have been found is added, nothing of it ever met, with what each model says at that time; a list for what nobody finds is none", async () => {
  const { requests, scores } = await withRetrieved(
    asked,
    acts,
    { models: [finder], untilMs: 0 },
    { hardNegatives: 4, areShown: false, seed: 1 },
  );
  const { offsets, candidates, labels } = requests;
  expect([...requests.actsBefore]).toEqual([1, 2]);
  expect([...requests.abouts]).toEqual([4, 5]);
  for (const request of [0, 1]) {
    const own = [...candidates.subarray(offsets[request], offsets[request + 1])];
    const [wanted, drawn] = [asked.candidates[2 * request]!, asked.candidates[2 * request + 1]!];
    expect(own.slice(0, 2)).toEqual([wanted, drawn]);
    expect(new Set(own).size).toBe(own.length);
    expect(own.length).toBeGreaterThanOrEqual(5); // what is drawn twice stands there once
    for (const item of own.slice(2)) expect([3, 5, 7, 11]).not.toContain(item);
    for (const [at, item] of own.entries()) {
      const place = offsets[request]! + at;
      expect(labels[place]).toBe(at === 0 ? 1 : 0);
      if (item === ITEMS - 1) expect(scores[place]).toBeNaN();
      else expect(scores[place]).toBeCloseTo(item + asked.actsBefore[request]! / 100, 5);
    }
  }
});

test("what was shown stays what it was", async () => {
  const { requests, scores } = await withRetrieved(
    asked,
    acts,
    { models: [finder, finder], untilMs: 0 },
    { hardNegatives: 4, areShown: true, seed: 1 },
  );
  expect(requests).toEqual(asked);
  expect(scores).toHaveLength(2 * asked.candidates.length);
});

/** Knows what a planted person loves and hides: the kind they saved first in the history, and the one they hid first. */
const knowing: FittedModel = {
  ...finder,
  itemCount: 60,
  score: async (histories) =>
    Float32Array.from(
      histories.flatMap(({ itemRows, weights }) => {
        const loved = itemRows.find((_, at) => (weights?.[at] ?? 1) > 0);
        return Array.from({ length: 60 }, (_, item) =>
          loved !== undefined && item % 3 === loved % 3 ? 2 : -2,
        );
      }),
    ),
};

test("a ranker begins where the first model it asks says, and says the same when it is read back", async () => {
  const config = {
    ...{ ...ranker.defaults, embeddingSize: 8, maxLength: 8, epochs: 1, maskHours: 0 },
    ...{ retrievers: "finder", learningRate: 1e-9 },
  };
  const data = plantedPeople(30, 4);
  const untilMs = 20_000 * DAY_MS;
  const fitted = await ranker.fit(data, config, { ...context, retrieval: { models: [knowing], untilMs } });
  expect(fitted.ranker!.retrievers).toEqual(["finder"]);
  const history = { itemRows: new Uint32Array(0) };
  const moment = { timeMs: 20_010 * DAY_MS, surface: 1 };
  const rank = (scores: number[], own = fitted) =>
    own.ranker!.rank(history, [0, 1, 0, 1], { ...moment, scores });
  const said = await rank([2, 2, -2, -2]);
  const save = (row: number) => said[2 * row]!;
  for (const row of [0, 1]) expect(save(row)).toBeGreaterThan(2 * save(row + 2));
  expect(await rank([2, 2, -2, -2], ranker.load(fitted.serialize()) as typeof fitted)).toEqual(said);
  await expect(ranker.fit(data, config, context)).rejects.toMatchObject({ code: "invalid-config" });
});

test("who is asked learned from the oldest four fifths: of all by time, of each person where there are no times", () => {
  const two = packInteractions(
    Array.from({ length: 10 }, (_, step) => ({ user: step % 2, item: step, timestampMs: step })),
    2,
    ITEMS,
  );
  expect(beforeRanking(two).untilMs).toBe(8);
  expect([...beforeRanking(two).learned.itemRows]).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  const { timestampsMs: _, ...timeless } = two;
  const { learned, untilMs } = beforeRanking(timeless);
  expect(untilMs).toBeUndefined();
  expect([...learned.itemRows]).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  expect([...learned.offsets]).toEqual([0, 4, 8]);
});
