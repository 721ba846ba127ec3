import { expect, test } from "vitest";
import { type NamedTensor, Network, onnxGraph, Program } from "#tensor";
import { ContentPart, contentBags, foldContent } from "./content-bags.ts";
import { ContentVocabulary } from "./content-vocabulary.ts";
import { encoderInputs, itemsAlone } from "./encoder-inputs.ts";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";
import { newestScores } from "./fitted-encoder.ts";

const items = [
  { tags: ["a", "b"], vector: [3, 4] },
  {},
  { tags: ["b"] },
  { tags: ["c", "a", "b"], vector: [0, 2] },
];
const vocabulary = ContentVocabulary.of(items, "all")!;
const bags = contentBags(items, vocabulary);
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

test("each item's tags stand in as many places as the most have, and share it evenly; content vectors have length 1", () => {
  expect(bags).toEqual({
    ...{ items: 4, termCount: 3, places: 3, vectorSize: 2 },
    terms: Int32Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1),
    shares: Float32Array.of(1 / 2, 1 / 2, 0, 0, 0, 0, 1, 0, 0, 1 / 3, 1 / 3, 1 / 3),
    vectors: Float32Array.of(3 / 5, 4 / 5, 0, 0, 0, 0, 0, 1),
  });
});

test("folded, the network without descriptions says what the network with them says", async () => {
  const network = new Network({ isTraining: false });
  encodeItems(network, { ...config, content: bags });
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
  const expected = await scoresOf({ ...config, content: bags }, weights);
  const { part, others } = ContentPart.of(vocabulary, weights, 2);
  const folded = await scoresOf(
    config,
    foldContent(others, part, items, () => true),
  );
  for (const [item, score] of expected.entries()) expect(folded[item]).toBeCloseTo(score, 5);
});

test("of an item that nobody met, what its description gives is left, and nothing where it has none", () => {
  const own = { shape: [4, 2], values: Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9) };
  const weights = { terms: Float32Array.of(1, 2, 3, 4, 5, 9), matrix: Float32Array.of(10, 0, 0, 20) };
  const part = new ContentPart(vocabulary, weights, 2);
  const folded = foldContent({ "items.embedding": own }, part, items, (item) => item === 2);
  expect(Object.keys(folded)).toEqual(["items.embedding"]);
  const values = Array.from(folded["items.embedding"]!.values, Number);
  // The first: tags a and b, (2, 3), and 3/5 of (10, 0) and 4/5 of (0, 20).
  for (const [at, value] of [8, 19, 0, 0, 12, 13, 3, 25].entries()) expect(values[at]).toBeCloseTo(value, 5);
  expect(part.vectorOf({ tags: ["never heard of"], vector: [1, 2, 3] })).toBeUndefined();
  expect([...part.vectorOf({ tags: ["never heard of", "c"] })!]).toEqual([5, 9]);
});
