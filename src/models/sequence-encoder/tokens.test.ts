import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS, Random } from "#base";
import { dot } from "#numeric";
import { type History, historyOf, type Interactions } from "#sequences";
import { sequenceEncoder } from "./sequence-encoder.ts";

/** @file What tokens say beside their items, on people whose next item depends on just that. */

const ITEMS = 8;
const context = () => ({ random: new Random(1), progress: () => {}, threads: 1 });
const config = {
  ...sequenceEncoder.defaults,
  embeddingSize: 16,
  blocks: 1,
  maxLength: 8,
  epochs: 60,
  batchSize: 32,
  learningRate: 0.01,
  dropout: 0,
};

/** Everybody meets item 0; then, told by `sign`, 2 or 3 in turn, and item 1 as often in between. */
function people(mark: (sign: number) => Partial<History>): Interactions {
  const USERS = 32;
  const marks = Array.from({ length: USERS }, (_, user) => mark(user % 2));
  const column = <Name extends "actions" | "surfaces" | "timestampsMs">(name: Name) =>
    marks[0]![name] && { [name]: marks.flatMap((own) => Array.from(own[name]!)) };
  const { actions, surfaces, timestampsMs } = {
    ...column("actions"),
    ...column("surfaces"),
    ...column("timestampsMs"),
  };
  return {
    userCount: USERS,
    itemCount: ITEMS,
    offsets: Uint32Array.from({ length: USERS + 1 }, (_, user) => 3 * user),
    itemRows: Uint32Array.from(
      { length: 3 * USERS },
      (_, at) => [0, 1, 2 + (Math.floor(at / 3) % 2)][at % 3]!,
    ),
    ...(actions && { actions: Uint8Array.from(actions) }),
    ...(surfaces && { surfaces: Uint8Array.from(surfaces) }),
    ...(timestampsMs && { timestampsMs: Float64Array.from(timestampsMs) }),
  };
}

const byAction = people((sign) => ({ actions: Uint8Array.of(0, sign, 0) }));
const bySurface = people((sign) => ({
  actions: Uint8Array.of(0, 0, 0),
  surfaces: Uint8Array.of(0, 3 * sign, 0),
}));
const byGap = people((sign) => ({ timestampsMs: Float64Array.of(0, sign ? DAY_MS : HOUR_MS, 2 * DAY_MS) }));
const byHour = people((sign) => ({
  timestampsMs: Float64Array.of(0, 1, 2).map((day) => (day + sign / 2) * DAY_MS),
}));

test.each([
  ["what was done", byAction, { tokens: "item-action" }],
  ["where it was done", bySurface, { tokens: "item-action-surface" }],
  ["how long after the one before", byGap, { time: "gap" }],
  ["the time of day", byHour, { time: "absolute" }],
  ["how long ago, in pointwise attention", byGap, { timeBias: "spans", block: "hstu", epochs: 300 }],
] as const)("%s decides what comes next, for those who read it", async (_, data, reads) => {
  expect(await hits(data, reads)).toEqual([2, 3]);
  const blind = await hits(data, {});
  expect(blind[0]).toBe(blind[1]);
});

test.each(["none", "spans"] as const)(
  "attention with a time bias of %s hears of spans as it should",
  async (timeBias) => {
    const fitted = await sequenceEncoder.fit(byGap, { ...config, timeBias, epochs: 5 }, context());
    const itemRows = Uint32Array.of(0, 1);
    const spans = [HOUR_MS, DAY_MS].map((span) => ({ itemRows, timestampsMs: Float64Array.of(0, span) }));
    const scores = await fitted.score(spans);
    const [short, long] = [scores.slice(0, ITEMS), scores.slice(ITEMS)];
    if (timeBias === "none") expect(short).toEqual(long);
    else expect(short).not.toEqual(long);
  },
);

/** The best of items 2 and 3 for the first two people, who differ in nothing but the mark, before they met either. */
async function hits(data: Interactions, reads: object): Promise<number[]> {
  const fitted = await sequenceEncoder.fit(data, { ...config, ...reads }, context());
  const again = sequenceEncoder.load(fitted.serialize());
  return Promise.all(
    [0, 1].map(async (user) => {
      const { itemRows, timestampsMs, actions, surfaces } = historyOf(data, user);
      const scores = await again.score([
        {
          itemRows: itemRows.subarray(0, 2),
          ...(timestampsMs && { timestampsMs: timestampsMs.subarray(0, 2) }),
          ...(actions && { actions: actions.subarray(0, 2) }),
          ...(surfaces && { surfaces: surfaces.subarray(0, 2) }),
        },
      ]);
      return scores[2]! >= scores[3]! ? 2 : 3;
    }),
  );
}

test("an item that nobody met stands by its tags where those who like its kind find it", async () => {
  const NEW = 7;
  const data = rounds();
  const items = Array.from({ length: ITEMS }, (_, item) => ({ tags: [item % 2 ? "odd" : "even"] }));
  const settings = { ...config, content: "tags", idDropout: 0.3, epochs: 30 } as const;
  const fitted = await sequenceEncoder.fit({ ...data, items }, settings, context());
  const [odd, even] = [
    [1, 3],
    [0, 2],
  ].map((items) => ({ itemRows: Uint32Array.from(items) }));
  const scores = await fitted.score([odd!, even!]);
  const rankOf = (row: number) =>
    scores.subarray(row * ITEMS, (row + 1) * ITEMS).filter((score) => score > scores[row * ITEMS + NEW]!)
      .length;
  expect(rankOf(0)).toBeLessThan(4); // before all of the other kind
  expect(rankOf(1)).toBeGreaterThanOrEqual(4);
  const related = await fitted.related(NEW);
  expect(Math.min(related[1]!, related[3]!, related[5]!)).toBeGreaterThan(
    Math.max(related[0]!, related[2]!, related[4]!, related[6]!),
  );
});

test("the vectors given away are those of the scores: a score is a cosine times the lengths of person and item", async () => {
  const items = Array.from({ length: ITEMS }, (_, item) => ({ tags: [item % 2 ? "odd" : "even"] }));
  for (const similarity of ["dot", "cosine"] as const) {
    const settings = { ...config, content: "tags", similarity, epochs: 2 } as const;
    const fitted = await sequenceEncoder.fit({ ...rounds(), items }, settings, context());
    const histories = [
      [1, 3],
      [0, 2, 4],
    ].map((items) => ({ itemRows: Uint32Array.from(items) }));
    const [scores, people, vectors] = await Promise.all([
      fitted.score(histories),
      fitted.encoder!.userVectors(histories),
      fitted.encoder!.itemVectors(),
    ]);
    const D = fitted.encoder!.dimension;
    const lengths = histories.map((_, row) =>
      Array.from({ length: ITEMS }, (_, item) => {
        const person = people.subarray(row * D, (row + 1) * D);
        return scores[row * ITEMS + item]! / dot(person, vectors.subarray(item * D, (item + 1) * D));
      }),
    );
    const [first, second] = lengths.map(([own]) => own!);
    for (const [item, length] of lengths[0]!.entries())
      expect((length * second!) / (lengths[1]![item]! * first!)).toBeCloseTo(1, 2);
  }
});

/** People keep to even or to odd items, of which nobody ever meets 7. */
function rounds(): Interactions {
  const rows = Array.from({ length: 24 }, (_, user) =>
    user % 2 === 0 ? [0, 2, 4, 6, 0, 2, 4] : [1, 3, 5, 1, 3, 5, 1],
  );
  return {
    userCount: 24,
    itemCount: ITEMS,
    offsets: Uint32Array.from({ length: 25 }, (_, user) => 7 * user),
    itemRows: Uint32Array.from(rows.flat()),
  };
}
