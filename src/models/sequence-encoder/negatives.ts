import { assert, type Random } from "#base";
import type { Batch, NamedTensor } from "#tensor";
import type { Example } from "./encoder-batch.ts";

/**
 * @file What a prediction is held against when holding it against every item would cost too much: items drawn once for a
 * whole batch, some uniformly from the catalogue and some from what the batch itself predicts (mixed negative sampling; Yang
 * et al. 2020). The popular are drawn more often than the rare, which logQ takes back (Yi et al. 2019). Nothing a person
 * engaged with is a negative of theirs (PinnerFormer, Pancha et al. 2022, section 3.3).
 */
export interface NegativeSampling {
  /** Drawn uniformly, with replacement. */
  readonly uniform: number;
  /** Drawn from the targets of the batch, with replacement. */
  readonly inBatch: number;
  /** (V) share of each item among all targets of the run. */
  readonly shares: Float64Array;
}

/** What is more than any score. */
export const NEVER = 1e9;

/**
 * A batch for a sampled loss: beside what {@link encoderBatch} gives, `candidates` (K), `candidateLogQ` (K), `targetLogQ` (N, 1),
 * `rows` (N), the example each prediction is of, and `met` (B, K), 0 or what is taken off the score of an item the person met.
 */
export function withNegatives(
  batch: Batch,
  examples: readonly Pick<Example, "met">[],
  sampling: NegativeSampling,
  random: Random,
): Batch {
  const targets = batch.inputs["targets"]!.values as Int32Array; // made by us
  return withCandidates(batch, examples, drawCandidates(targets, sampling, random), (item) =>
    Math.log(expectedCount(item, sampling)),
  );
}

/** {@link withNegatives} with the candidates given. */
export function withCandidates(
  batch: Batch,
  examples: readonly Pick<Example, "met">[],
  candidates: Int32Array,
  logQ: (item: number) => number,
): Batch {
  const { B, T } = batch.sizes;
  assert(B === examples.length && T !== undefined, "the batch is of these examples");
  const K = candidates.length;
  const isMet = new Float32Array(B * K);
  for (const [row, { met }] of examples.entries()) {
    const own = new Set(met);
    for (let at = 0; at < K; at++) if (own.has(candidates[at]!)) isMet[row * K + at] = NEVER;
  }
  const { targets, predicted } = batch.inputs as Record<string, NamedTensor & { values: Int32Array }>; // made by us
  const N = targets!.values.length;
  return {
    ...batch,
    inputs: {
      ...batch.inputs,
      candidates: { shape: [K], values: candidates },
      candidateLogQ: { shape: [K], values: Float32Array.from(candidates, logQ) },
      targetLogQ: { shape: [N, 1], values: Float32Array.from(targets!.values, logQ) },
      rows: { shape: [N], values: predicted!.values.map((place) => Math.floor(place / T)) },
      met: { shape: [B, K], values: isMet },
    },
  };
}

function drawCandidates(
  targets: Int32Array,
  { uniform, inBatch, shares }: NegativeSampling,
  random: Random,
): Int32Array {
  const candidates = new Int32Array(uniform + inBatch);
  for (let at = 0; at < uniform; at++) candidates[at] = random.integer(shares.length);
  for (let at = uniform; at < candidates.length; at++)
    candidates[at] = targets[random.integer(targets.length)]!;
  return candidates;
}

/** How often an item is drawn for a batch, on average. */
function expectedCount(item: number, { uniform, inBatch, shares }: NegativeSampling): number {
  return uniform / shares.length + inBatch * shares[item]!;
}
