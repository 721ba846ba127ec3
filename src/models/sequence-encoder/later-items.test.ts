import { expect, test } from "vitest";
import { Random } from "#base";
import { dot } from "#numeric";
import type { Interactions, ItemContent } from "#sequences";
import type { ItemContents } from "../model.ts";
import { sequenceEncoder } from "./sequence-encoder.ts";
import type { SequenceEncoderConfig } from "./settings.ts";

/** @file Items that come after the fit: who likes what they are described by finds them, and is known by them. */

const ITEMS = 16;
/** People keep to even or to odd items. */
const data: Interactions = {
  userCount: 32,
  itemCount: ITEMS,
  offsets: Uint32Array.from({ length: 33 }, (_, user) => 6 * user),
  itemRows: Uint32Array.from({ length: 32 * 6 }, (_, at) => {
    const user = Math.floor(at / 6);
    return (2 * ((user >> 1) + 3 * (at % 6)) + (user % 2)) % ITEMS;
  }),
};
const config = {
  ...sequenceEncoder.defaults,
  ...{
    embeddingSize: 16,
    blocks: 1,
    maxLength: 8,
    epochs: 30,
    batchSize: 32,
    learningRate: 0.01,
    dropout: 0,
  },
};
const even = { itemRows: Uint32Array.of(0, 4, 8) };
const odd = { itemRows: Uint32Array.of(1, 5, 9) };

const tagged = [{ tags: ["even"] }, { tags: ["odd"] }];
const titled = [{ title: "smooth number" }, { title: "jagged number" }];
const placed = [{ vector: [1, 0.2] }, { vector: [0.2, 1] }];

const learned = async (kinds: readonly ItemContent[], settings: Partial<SequenceEncoderConfig>) => {
  const items = Array.from({ length: ITEMS }, (_, item) => kinds[item % 2]!);
  const fitted = await sequenceEncoder.fit({ ...data, items }, { ...config, ...settings }, context());
  return sequenceEncoder.load(fitted.serialize());
};
const context = () => ({ random: new Random(1), progress: () => {}, threads: 1 });

class Growing implements ItemContents {
  revision = 0;
  readonly items: ItemContent[] = Array.from({ length: ITEMS }, () => ({}));

  get itemCount(): number {
    return this.items.length;
  }

  at(itemRow: number): ItemContent {
    return this.items[itemRow]!;
  }

  put(content: ItemContent, itemRow = this.items.length): void {
    this.items[itemRow] = content;
    this.revision++;
  }
}

test.each([
  ["its tags", tagged, { content: "tags" }, { tags: ["even", "never heard of"] }, { tags: ["odd"] }],
  ["its title's words", titled, { content: "all" }, { title: "A smooth one" }, { title: "A jagged one" }],
  ["its content vector", placed, { content: "all" }, { vector: [1, 0] }, { vector: [0, 1] }],
  [
    "its tags, by cosine",
    tagged,
    { content: "tags", similarity: "cosine" },
    { tags: ["even"] },
    { tags: ["odd"] },
  ],
] as const)(
  "a new item is found by those who like %s, as soon as it is there",
  async (_, kinds, settings, like, unlike) => {
    const fitted = await learned(kinds, settings);
    const catalogue = new Growing();
    const model = fitted.over!(catalogue);
    expect(await model.score([even, odd])).toEqual(await fitted.score([even, odd]));
    catalogue.put(like);
    catalogue.put(unlike);
    expect(model.itemCount).toBe(ITEMS + 2);
    const scores = await model.score([even, odd]);
    const rankOf = (row: number, item: number): number => {
      const own = scores.subarray(row * (ITEMS + 2), (row + 1) * (ITEMS + 2));
      return own.filter((score) => score > own[item]!).length;
    };
    for (const [row, item] of [0, 1].entries()) {
      expect(rankOf(row, ITEMS + item)).toBeLessThan(ITEMS / 2 + 1); // among those of their kind
      expect(rankOf(row, ITEMS + 1 - item)).toBeGreaterThanOrEqual(ITEMS / 2); // behind them all
    }
    const related = await model.related(ITEMS);
    const mean = (parity: number) =>
      [...related.subarray(0, ITEMS).keys()]
        .filter((item) => item % 2 === parity)
        .reduce((sum, item) => sum + related[item]!, 0);
    expect(mean(0)).toBeGreaterThan(mean(1));
    const vectors = await model.encoder!.itemVectors();
    const own = vectors.subarray(ITEMS * 16, (ITEMS + 1) * 16);
    expect(model.encoder!.contentVector!(like)).toEqual(own);
    expect(dot(own, own)).toBeCloseTo(1, 5);
  },
);

test("who met nothing but a new item is known by it, and what it is described by later counts from then on", async () => {
  const catalogue = new Growing();
  const growing = (await learned(tagged, { content: "tags" })).over!(catalogue);
  catalogue.put({});
  const stranger = { itemRows: Uint32Array.of(ITEMS) };
  const nobody = { itemRows: new Uint32Array(0) };
  const unknown = await growing.score([stranger, nobody]);
  expect(unknown.subarray(0, ITEMS + 1)).toEqual(unknown.subarray(ITEMS + 1));
  expect(unknown[ITEMS]).toBe(Number.NEGATIVE_INFINITY);
  expect(growing.encoder!.knows(ITEMS)).toBe(false);
  for (const [parity, tag] of ["even", "odd"].entries()) {
    catalogue.put({ tags: [tag] }, ITEMS);
    expect(growing.encoder!.knows(ITEMS)).toBe(true);
    const scores = await growing.score([stranger]);
    const sums = [0, 1].map((of) =>
      scores.subarray(0, ITEMS).reduce((sum, score, item) => (item % 2 === of ? sum + score : sum), 0),
    );
    expect(sums[parity]).toBeGreaterThan(sums[1 - parity]!);
    expect((await growing.explain(stranger, parity))[0]).not.toBe(0);
  }
});

test("a model that ignores descriptions knows the items of its fit and no others", async () => {
  const catalogue = new Growing();
  const model = (await learned(tagged, { content: "ignored", epochs: 1 })).over!(catalogue);
  catalogue.put({ tags: ["even"] });
  const scores = await model.score([even]);
  expect(scores[ITEMS]).toBe(Number.NEGATIVE_INFINITY);
  expect(model.encoder!.contentVector!({ tags: ["even"] })).toBeUndefined();
});
