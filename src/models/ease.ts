import { assert, PlatformError, type ProgressListener } from "#base";
import type { History } from "#sequences";
import {
  addAt,
  copyRow,
  elementAt,
  invertPositiveDefinite,
  type PackedSymmetric,
  packedBytes,
  packedSymmetric,
} from "#tensor";
import { checkConfig, type Limits } from "./config.ts";
import { distinctItems, hasEvidence } from "./distinct-items.ts";
import type { FittedModel, Model } from "./model.ts";
import { readModelFile, writeModelFile } from "./model-file.ts";
import { columnSums, engagementsOf, type SparseRows } from "./sparse-rows.ts";

/**
 * @file EASE: a linear autoencoder in closed form (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data").
 * Every item is predicted from all the others: with X the (people, items) weights, B minimises ||X - X B||^2 + ||L^1/2 B||^2
 * subject to a zero diagonal, and is
 *
 *     P = (X' W X + L)^-1,     B[i,j] = -P[i,j] / P[j,j]     for i other than j.
 *
 * We differ in two weights, both off in the paper. L = diag(reg * (f_j / mean f)^regExponent), f_j being an item's count:
 * 0 is the paper's; towards 1 it is the dropout of EDLAE (Steck 2020, "Autoencoders that don't overfit towards the
 * Identity") and holds back rare items less and frequent ones more. W = diag((n_u / mean n)^-userDamping), n_u being a
 * person's count: people who engage with everything say less about each item. P comes from one blocked inversion of a packed
 * matrix (`#tensor`), n^3 flops for n items.
 */
export type EaseConfig = {
  /** Ridge penalty on B. */
  readonly reg: number;
  /** Power of an item's relative frequency in its penalty; 0 penalises all items alike. */
  readonly regExponent: number;
  /** Power of a person's count by which the person is discounted; 0 counts all people alike. */
  readonly userDamping: number;
  /** Refuse data for which the fit would need more memory than this, GB. */
  readonly memoryGb: number;
};

const limits: Limits<EaseConfig> = {
  reg: { min: 1e-3, max: 1e9 },
  regExponent: { min: 0, max: 1 },
  userDamping: { min: 0, max: 2 },
  memoryGb: { min: 0, max: 1e6 },
};

export const ease: Model<EaseConfig> = {
  name: "ease",
  title: "What goes together with what the person engaged with, solved exactly",
  defaults: { reg: 500, regExponent: 0.5, userDamping: 0.5, memoryGb: 4 },

  async fit(data, config, { progress }) {
    checkConfig(ease.name, config, limits);
    requireMemory(data.itemCount, config.memoryGb);
    const engagements = engagementsOf(data);
    const counts = columnSums(engagements);
    const gram = weightedGram(engagements, config.userDamping, progress);
    addPenalty(gram, config);
    await invertPositiveDefinite(gram, progress);
    return new FittedEase(config, itemWeights(gram), counts);
  },

  load(bytes) {
    const file = readModelFile(bytes, ease.name, limits);
    return new FittedEase(file.config, file.floats("item_weights"), file.floats("counts"));
  },
};

function requireMemory(itemCount: number, memoryGb: number): void {
  if (itemCount === 0) throw new PlatformError("no-data", "ease has no items to learn from.");
  const neededGb = (packedBytes(itemCount) + 4 * itemCount ** 2) / 1e9;
  if (neededGb > memoryGb)
    throw new PlatformError(
      "model-too-large",
      `ease keeps a matrix of items by items: ${itemCount} items need ${neededGb.toFixed(1)} GB and memoryGb is ` +
        `${memoryGb}. Use ials, whose memory grows with the items and not with their square, or raise memoryGb.`,
    );
}

/** X' W X. O(sum over people of the square of their count). */
function weightedGram(rows: SparseRows, userDamping: number, progress: ProgressListener): PackedSymmetric {
  const gram = packedSymmetric(rows.columnCount);
  const { offsets, columns, values } = rows;
  const meanCount = columns.length / rows.rowCount;
  for (let user = 0; user < rows.rowCount; user++) {
    if (user % 1024 === 0) progress({ stage: "count pairs", done: user, total: rows.rowCount });
    const from = offsets[user]!;
    const to = offsets[user + 1]!;
    const userWeight = ((to - from) / meanCount) ** -userDamping;
    for (let left = from; left < to; left++)
      for (let right = from; right <= left; right++)
        addAt(gram, columns[left]!, columns[right]!, userWeight * values[left]! * values[right]!);
  }
  progress({ stage: "count pairs", done: rows.rowCount, total: rows.rowCount });
  return gram;
}

function addPenalty(gram: PackedSymmetric, { reg, regExponent }: EaseConfig): void {
  let total = 0;
  for (let item = 0; item < gram.size; item++) total += elementAt(gram, item, item);
  const mean = total / gram.size || 1;
  for (let item = 0; item < gram.size; item++) {
    const relative = elementAt(gram, item, item) / mean;
    // An item nobody met has no frequency to scale by: any positive penalty leaves its weights at zero.
    addAt(gram, item, item, relative > 0 ? reg * relative ** regExponent : reg);
  }
}

/** B from P, both (n, n); row `i` says what having `i` adds to each item. */
function itemWeights(inverse: PackedSymmetric): Float32Array {
  const { size } = inverse;
  const weights = new Float32Array(size * size);
  const scale = Float64Array.from({ length: size }, (_, item) => -1 / elementAt(inverse, item, item));
  for (let item = 0; item < size; item++) {
    const row = weights.subarray(item * size, (item + 1) * size);
    copyRow(inverse, item, row);
    for (let other = 0; other < size; other++) row[other]! *= scale[other]!;
    row[item] = 0;
  }
  return weights;
}

class FittedEase implements FittedModel {
  readonly name = ease.name;
  readonly config: EaseConfig;
  /** (n, n) row-major. */
  readonly #weights: Float32Array;
  /** (n) */
  readonly #counts: Float32Array;

  constructor(config: EaseConfig, weights: Float32Array, counts: Float32Array) {
    this.config = config;
    this.#weights = weights;
    this.#counts = counts;
  }

  get itemCount(): number {
    return this.#counts.length;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const scores = new Float32Array(histories.length * this.itemCount);
    for (const [row, history] of histories.entries()) {
      const own = scores.subarray(row * this.itemCount, (row + 1) * this.itemCount);
      const items = distinctItems(history, this.itemCount);
      if (!hasEvidence(items, this.#counts)) own.set(this.#counts);
      else
        for (const [at, item] of items.itemRows.entries())
          addScaled(own, this.#row(item), items.weights[at]!);
    }
    return scores;
  }

  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const { itemRows, weights, positions } = distinctItems(history, this.itemCount);
    for (const [at, item] of itemRows.entries())
      parts[positions[at]!] = weights[at]! * this.#row(item)[itemRow]!;
    return parts;
  }

  /** Partial correlation of the two items given all others: B[i,j] and B[j,i] in geometric mean, with their sign. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const forth = this.#row(itemRow);
    const similarities = forth.map((weight, other) => {
      const back = this.#row(other)[itemRow]!;
      return Math.sign(weight) * Math.sqrt(Math.max(0, weight * back));
    });
    similarities[itemRow] = Number.NEGATIVE_INFINITY;
    return similarities;
  }

  serialize(): Uint8Array {
    const { itemCount } = this;
    return writeModelFile(this.name, this.config, {
      item_weights: { shape: [itemCount, itemCount], values: this.#weights },
      counts: { shape: [itemCount], values: this.#counts },
    });
  }

  #row(item: number): Float32Array {
    return this.#weights.subarray(item * this.itemCount, (item + 1) * this.itemCount);
  }
}

function addScaled(sum: Float32Array, row: Float32Array, scale: number): void {
  for (let item = 0; item < sum.length; item++) sum[item]! += scale * row[item]!;
}
