import { expect, test } from "vitest";
import { PlatformError, Random } from "#base";
import { packInteractions } from "#sequences";
import { describeModel } from "../model.cases.ts";
import { sequenceEncoder } from "./sequence-encoder.ts";

const tiny = {
  coldStart: "popular" as const,
  embeddingSize: 16,
  blocks: 1,
  dropout: 0.2,
  maxLength: 20,
  epochs: 30,
  batchSize: 32,
  learningRate: 0.01,
};

describeModel(sequenceEncoder, {
  config: tiny,
  isPersonal: true,
  isSequential: true,
  needsTimes: false,
  hasVectors: true,
  ndcgAt10: [0.1, 0.3],
});

/** People walk through the items in rounds, from where they happen to start: after each item comes the next one. */
const walks = packInteractions(
  Array.from({ length: 30 }, (_, user) =>
    Array.from({ length: 5 + (user % 7) }, (_, step) => ({ user, item: (user + step) % 12 })),
  ).flat(),
  30,
  12,
);

test("where one thing always follows another, it learns what comes next, in windows shorter than the history", async () => {
  const context = { random: new Random(1), progress: () => {} };
  const config = { ...sequenceEncoder.defaults, ...tiny, epochs: 60, maxLength: 6, heads: 2 };
  const fitted = await sequenceEncoder.fit(walks, config, context);
  const histories = Array.from({ length: 12 }, (_, start) => ({
    itemRows: Uint32Array.from({ length: 3 + start }, (_, step) => (start + step) % 12),
  }));
  const scores = await fitted.score(histories);
  const best = histories.map((_, row) => {
    const own = scores.subarray(row * 12, (row + 1) * 12);
    return own.indexOf(Math.max(...own));
  });
  expect(best).toEqual(histories.map((_, start) => (2 * start + 3) % 12));
});

test("heads that do not divide the embedding, and people with one engagement each, are refused", async () => {
  const context = { random: new Random(1), progress: () => {} };
  const defaults = sequenceEncoder.defaults;
  await expect(sequenceEncoder.fit(walks, { ...defaults, heads: 3 }, context)).rejects.toThrow(
    '"embeddingSize" 64 is not divided evenly by "heads" 3',
  );
  const once = packInteractions([{ user: 0, item: 0 }], 1, 2);
  await expect(sequenceEncoder.fit(once, defaults, context)).rejects.toThrow(PlatformError);
});
