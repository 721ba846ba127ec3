import { describe, expect, test } from "vitest";
import { Random } from "#base";
import { adamWDefaults, type Batch, gbceBeta, type NamedTensor, Trainer } from "#tensor";
import { nextItemBatch } from "./encoder-batch.ts";
import { itemsAlone } from "./encoder-inputs.ts";
import type { EncoderConfig } from "./encoder-network.ts";
import { withCandidates, withNegatives } from "./negatives.ts";
import { nextItemNetwork, type Objective } from "./objective.ts";
import { type Parameters, referenceHidden } from "./sasrec-reference.cases.ts";

/** @file Laws of the losses, each against ten naive lines; the hidden states are those of the reference encoder. */

const ITEMS = 7;
const config: EncoderConfig = {
  items: ITEMS,
  embeddingSize: 4,
  heads: 1,
  dropout: 0,
  maxLength: 6,
  blocks: 1,
  block: "sasrec",
  output: "tied",
  similarity: "dot",
  ...itemsAlone,
};
const everyItem = Int32Array.from({ length: ITEMS }, (_, item) => item);
const sequences = [
  [0, 1, 2, 3],
  [5, 1],
  [6, 5, 4],
];

test("among all items, each drawn once, the sampled softmax of a person who met one item is the full softmax", async () => {
  const loyal = [
    [2, 2, 2],
    [5, 5],
  ];
  const plain = nextItemBatch(loyal);
  const all = withCandidates(plain, met(loyal), everyItem, () => 0);
  const [full] = await lossOf(plain, { kind: "full-softmax" });
  const [sampled] = await lossOf(all, { kind: "sampled-softmax", candidates: ITEMS });
  expect(sampled).toBeCloseTo(full, 5);
});

describe.each([
  { kind: "sampled-softmax", candidates: 5 },
  { kind: "gbce", candidates: 5, calibration: 0.75 },
] as const)("$kind", (objective) => {
  const candidates = Int32Array.of(0, 6, 6, 3, 4);
  const logQ = (item: number) => Math.log(0.1 * (item + 1));
  const batch = withCandidates(nextItemBatch(sequences), met(sequences), candidates, logQ);

  test("is the loss of the naive loops, in which nothing a person met is a negative", async () => {
    const [loss, parameters] = await lossOf(batch, objective);
    let expected = 0;
    let predictions = 0;
    for (const sequence of sequences) {
      const hidden = referenceHidden(sequence.slice(0, -1), parameters, config);
      for (const [at, vector] of hidden.entries()) {
        const score = (item: number) =>
          vector.reduce((sum, value, k) => sum + value * parameters["items.embedding"]![item * 4 + k]!, 0);
        const target = sequence[at + 1]!;
        const negatives = Array.from(candidates).filter((item) => !sequence.includes(item));
        if (objective.kind === "gbce") {
          const beta = gbceBeta(objective.candidates, ITEMS, objective.calibration);
          expected -= beta * Math.log(sigmoid(score(target)));
          for (const item of negatives) expected -= Math.log(1 - sigmoid(score(item)));
        } else {
          const power = (item: number) => Math.exp(score(item) - logQ(item));
          const sum = negatives.reduce((total, item) => total + power(item), power(target));
          expected -= Math.log(power(target) / sum);
        }
        predictions += 1;
      }
    }
    expect(loss).toBeCloseTo(expected / predictions, 5);
  });
});

test("items are drawn as often as logQ says, uniformly and from what the batch predicts", () => {
  const plain = nextItemBatch(sequences);
  const counts = new Float64Array(ITEMS);
  for (const item of plain.inputs["targets"]!.values as Int32Array) counts[item]! += 1;
  const sampling = { uniform: 3, inBatch: 5, shares: counts.map((count) => count / 6) };
  const drawn = new Float64Array(ITEMS);
  const logQ = new Float64Array(ITEMS);
  const BATCHES = 4000;
  for (let at = 0; at < BATCHES; at++) {
    const { inputs } = withNegatives(plain, met(sequences), sampling, Random.of(at, "draws"));
    for (const [place, item] of (inputs["candidates"]!.values as Int32Array).entries()) {
      drawn[item]! += 1 / BATCHES;
      logQ[item] = inputs["candidateLogQ"]!.values[place] as number;
    }
  }
  for (const [item, count] of drawn.entries())
    expect(count, `item ${item}`).toBeCloseTo(Math.exp(logQ[item]!), 1);
});

test("by cosine, an item's vector counts by its direction alone", async () => {
  const cosine = { ...config, similarity: "cosine", output: "separate" } as const;
  const batch = nextItemBatch(sequences);
  const longer = (values: Float32Array) => values.map((value) => 3 * value);
  const [once] = await lossOf(batch, { kind: "full-softmax" }, cosine);
  const [thrice] = await lossOf(batch, { kind: "full-softmax" }, cosine, longer);
  expect(thrice).toBeCloseTo(once, 5);
  const [dot] = await lossOf(batch, { kind: "full-softmax" }, { ...cosine, similarity: "dot" }, longer);
  expect(dot).not.toBeCloseTo(once, 3);
});

/** The loss before any learning, and the weights it was made with; `change` is for the table that scores. */
async function lossOf(
  batch: Batch,
  objective: Objective,
  encoder = config,
  change = (values: Float32Array) => values,
): Promise<[number, Parameters]> {
  const { network, loss } = nextItemNetwork(encoder, objective);
  const trainer = await Trainer.create(network, loss, {
    seed: 3,
    threads: 1,
    schedule: { peak: 1e-3, warmUpSteps: 0, decay: "none", totalSteps: 1 },
    adamW: adamWDefaults,
    maxGradientNorm: Number.POSITIVE_INFINITY,
  });
  for (const [name, { values }] of Object.entries(trainer.weights))
    if (name === "items.output") (values as Float32Array).set(change(values as Float32Array));
  const parameters = doubles(trainer.weights);
  return [await trainer.learn(batch), parameters];
}

function doubles(weights: Readonly<Record<string, NamedTensor>>): Parameters {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { values }]) => [name, Float64Array.from(values as Float32Array)]),
  );
}

function met(rows: readonly (readonly number[])[]): { met: Uint32Array }[] {
  return rows.map((row) => ({ met: Uint32Array.from(row) }));
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
