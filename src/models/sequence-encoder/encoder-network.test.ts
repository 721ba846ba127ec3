import { expect, test } from "vitest";
import { adamWDefaults, Network, onnxGraph, Program, Trainer, type TrainerOptions } from "#tensor";
import { nextItemBatch } from "./encoder-batch.ts";
import { itemsAlone } from "./encoder-inputs.ts";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";
import { nextItemNetwork } from "./objective.ts";
import { type Parameters, referenceHidden, trainReference } from "./sasrec-reference.cases.ts";

/** @file Laws: the engine learns as the naive reference does; what is served is what was trained; no block sees the future. */

const config: EncoderConfig = {
  items: 7,
  embeddingSize: 4,
  heads: 1,
  dropout: 0,
  maxLength: 6,
  blocks: 2,
  output: "tied",
  similarity: "dot",
  ...itemsAlone,
  block: "sasrec",
};
const options: TrainerOptions = {
  seed: 3,
  threads: 1,
  schedule: { peak: 0.01, warmUpSteps: 0, decay: "none", totalSteps: 100 },
  adamW: adamWDefaults,
  maxGradientNorm: Number.POSITIVE_INFINITY,
};
const sequences = [
  [0, 1, 2, 3, 4],
  [5, 1, 2],
  [6, 5, 4, 3, 2, 1, 0],
];
const batch = nextItemBatch(sequences);

test("the loss falls along the same curve as in naive double-precision loops", async () => {
  const { network, loss } = nextItemNetwork(config);
  const schedule = { ...options.schedule, peak: 0.05 };
  const trainer = await Trainer.create(network, loss, { ...options, schedule });
  const reference = parametersOf(trainer);
  const expected = trainReference(sequences, reference, config, { steps: 12, learningRate: 0.05 });
  const losses: number[] = [];
  for (const _ of expected) losses.push(await trainer.learn(batch));
  expect(losses[0]).toBeGreaterThan(1.8);
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  for (const [step, value] of expected.entries()) expect(losses[step], `step ${step}`).toBeCloseTo(value, 4);
});

test("the served graph, its weights inside, encodes as the reference does with the learned weights", async () => {
  const { network, loss } = nextItemNetwork({ ...config, dropout: 0.3 });
  const trainer = await Trainer.create(network, loss, options);
  for (let step = 0; step < 5; step++) await trainer.learn(batch);
  const { hidden } = encodeItems(new Network({ isTraining: false }), { ...config, dropout: 0.3 });
  const graph = onnxGraph("encoder", { hidden }, trainer.weights);
  expect(graph.inputs.map(({ name }) => name)).toEqual(["items"]);
  const program = await Program.compile(graph, { threads: 1 });
  const served = await program.run({ items: { shape: [1, 4], values: Int32Array.of(0, 1, 2, 3) } });
  const expected = referenceHidden([0, 1, 2, 3], parametersOf(trainer), config).flat();
  expect(served["hidden"]!.shape).toEqual([1, 4, 4]);
  for (const [at, value] of expected.entries()) expect(served["hidden"]!.values[at]).toBeCloseTo(value, 5);
});

test.each([
  { block: "sasrec", heads: 1 },
  { block: "sasrec", heads: 2 },
  { block: "ligr", heads: 2 },
  { block: "hstu", heads: 2 },
] as const)("a $block of $heads heads learns the sequences by heart, and sees no future", async (kind) => {
  const own = { ...config, ...kind, embeddingSize: 8 };
  const { network, loss } = nextItemNetwork(own);
  const trainer = await Trainer.create(network, loss, options);
  let last = Number.NaN;
  for (let step = 0; step < 100; step++) last = await trainer.learn(batch);
  expect(last).toBeLessThan(0.5);
  const { hidden } = encodeItems(new Network({ isTraining: false }), own);
  const program = await Program.compile(onnxGraph("encoder", { hidden }, trainer.weights), { threads: 1 });
  const encode = async (...items: number[]) => {
    const { hidden } = await program.run({
      items: { shape: [1, items.length], values: Int32Array.from(items) },
    });
    return Array.from(hidden!.values as Float32Array);
  };
  const [short, long] = [await encode(5, 1), await encode(5, 1, 6, 0)];
  for (const [at, value] of short.entries()) expect(long[at]).toBeCloseTo(value, 5);
});

function parametersOf(trainer: Trainer): Parameters {
  return Object.fromEntries(
    Object.entries(trainer.weights).map(([name, { values }]) => [
      name,
      Float64Array.from(values as Float32Array),
    ]),
  );
}
