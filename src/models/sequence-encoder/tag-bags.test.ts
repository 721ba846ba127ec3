import { expect, test } from "vitest";
import { type NamedTensor, Network, onnxGraph, Program } from "#tensor";
import { encoderInputs, itemsAlone } from "./encoder-inputs.ts";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";
import { newestScores } from "./fitted-encoder.ts";
import { foldTags, tagBags } from "./tag-bags.ts";

/** Items tagged with a and b, with nothing, with b, and with c, a and b. */
const itemTags = {
  names: ["a", "b", "c"],
  offsets: Uint32Array.of(0, 2, 2, 3, 6),
  tags: Uint32Array.of(0, 1, 1, 2, 0, 1),
};
const config: EncoderConfig = {
  items: 4,
  embeddingSize: 2,
  heads: 1,
  dropout: 0,
  maxLength: 3,
  blocks: 1,
  block: "sasrec",
  output: "tied",
  similarity: "dot",
  ...itemsAlone,
};

test("each item's tags stand in as many places as the most have, and share it evenly", () => {
  expect(tagBags(itemTags)).toEqual({
    count: 3,
    places: 3,
    tags: Int32Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1),
    shares: Float32Array.of(1 / 2, 1 / 2, 0, 0, 0, 0, 1, 0, 0, 1 / 3, 1 / 3, 1 / 3),
  });
});

test("folded, the network without tags says what the network with them says", async () => {
  const tags = tagBags(itemTags);
  const network = new Network({ isTraining: false });
  encodeItems(network, { ...config, tags });
  const weights = Object.fromEntries(
    Array.from(network.parameters, ([name, { shape }], seed) => {
      const values = new Float32Array(shape.reduce((size, side) => size * side, 1));
      return [name, { shape, values: values.map((_, at) => Math.sin(1 + seed + 3 * at)) }];
    }),
  );
  const inputs = encoderInputs([{ itemRows: Uint32Array.of(0, 3, 1) }], itemsAlone);
  const scoresOf = async (own: EncoderConfig, learned: Readonly<Record<string, NamedTensor>>) => {
    const program = await Program.compile(onnxGraph("scores", { scores: newestScores(own) }, learned));
    return Array.from((await program.run(inputs))["scores"]!.values, Number);
  };
  const expected = await scoresOf({ ...config, tags }, weights);
  const folded = await scoresOf(
    config,
    foldTags(weights, tags, () => true),
  );
  for (const [item, score] of expected.entries()) expect(folded[item]).toBeCloseTo(score, 5);
});

test("of an item that nobody met, the mean of its tags is left, and nothing where it has none", () => {
  const items = { shape: [4, 2], values: Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9) };
  const vectors = { shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 9) };
  const learned = { "items.embedding": items, "tags.embedding": vectors };
  const folded = foldTags(learned, tagBags(itemTags), (item) => item === 2);
  expect(Object.keys(folded)).toEqual(["items.embedding"]);
  const values = Array.from(folded["items.embedding"]!.values, Number);
  expect(values).toEqual([2, 3, 0, 0, 12, 13, 3, 5]);
});
