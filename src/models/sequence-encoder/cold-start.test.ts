import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, Random } from "#base";
import { type AskedContext, historyOf, type Interactions } from "#sequences";
import { sequenceEncoder } from "./sequence-encoder.ts";

/** @file Strangers: what they come for depends on how they come, and on nothing else that is known. */

const ITEMS = 12;
const config = {
  ...sequenceEncoder.defaults,
  ...{
    embeddingSize: 16,
    blocks: 1,
    maxLength: 8,
    epochs: 60,
    batchSize: 32,
    learningRate: 0.01,
    dropout: 0,
  },
};

type Way = "surface" | "hour" | "fact";

/** Half of the people come one way and keep to items 0 to 2, the others another and keep to 3 to 5. */
function arrivals(way: Way): Interactions {
  const USERS = 60;
  const each = 5;
  const second = (user: number): boolean => user % 2 === 1;
  return {
    userCount: USERS,
    itemCount: ITEMS,
    offsets: Uint32Array.from({ length: USERS + 1 }, (_, user) => each * user),
    itemRows: Uint32Array.from({ length: USERS * each }, (_, at) => {
      const user = Math.floor(at / each);
      const step = at % each;
      return (second(user) ? 3 : 0) + (((user >> 1) + step) % 3);
    }),
    ...(way === "surface" && {
      surfaces: Uint8Array.from(
        { length: USERS * each },
        (_, at) => 1 + Number(second(Math.floor(at / each))),
      ),
      surfaceNames: ["", "app", "web"],
    }),
    ...(way === "hour" && {
      timestampsMs: Float64Array.from({ length: USERS * each }, (_, at) => {
        const user = Math.floor(at / each);
        return (20_000 + user) * DAY_MS + (second(user) ? 20 : 8) * HOUR_MS + at;
      }),
    }),
    ...(way === "fact" && {
      contexts: Array.from({ length: USERS }, (_, user) => ({
        facts: [second(user) ? "device=mobile" : "device=desktop", `only=${user}`],
      })),
    }),
  };
}

const ways: Record<Way, readonly [AskedContext, AskedContext]> = {
  surface: [{ surface: 1 }, { surface: 2 }],
  hour: [{ timestampMs: 30_000 * DAY_MS + 8 * HOUR_MS }, { timestampMs: 30_000 * DAY_MS + 20 * HOUR_MS }],
  fact: [{ facts: ["device=desktop", "nobody=knows"] }, { facts: ["device=mobile"] }],
};
const nobody = (context?: AskedContext) => ({ itemRows: new Uint32Array(0), ...(context && { context }) });

test.each(["surface", "hour", "fact"] as const)("the %s tells what a stranger came for", async (way) => {
  const fitted = await sequenceEncoder.fit(arrivals(way), config, {
    random: new Random(1),
    progress: () => {},
    threads: 1,
  });
  const model = sequenceEncoder.load(fitted.serialize());
  expect(model.answersStrangers).toBe(true);
  const scores = await model.score(ways[way].map(nobody));
  const best = (row: number): number[] => {
    const own = scores.subarray(row * ITEMS, (row + 1) * ITEMS);
    return [...own.keys()]
      .sort((left, right) => own[right]! - own[left]!)
      .slice(0, 3)
      .sort();
  };
  expect([best(0), best(1)]).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  const alone = await model.score([nobody(ways[way][1])]);
  for (const [item, score] of alone.entries()) expect(score).toBeCloseTo(scores[ITEMS + item]!, 4);
});

test("who says nothing of how they come gets what is popular, and so does everybody where that is asked for", async () => {
  const context = () => ({ random: new Random(1), progress: () => {}, threads: 1 });
  const data = arrivals("surface");
  const counts = new Float32Array(ITEMS);
  for (let user = 0; user < data.userCount; user++)
    for (const item of new Set(historyOf(data, user).itemRows)) counts[item]!++;
  const byContext = await sequenceEncoder.fit(data, { ...config, epochs: 1 }, context());
  expect(await byContext.score([nobody()])).toEqual(counts);
  const settings = { ...config, epochs: 1, coldStart: "popular" } as const;
  const byPopularity = await sequenceEncoder.fit(data, settings, context());
  expect(byPopularity.answersStrangers).toBe(false);
  expect(await byPopularity.score([nobody({ surface: 1 })])).toEqual(counts);
});
