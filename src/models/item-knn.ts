import { assert, type ProgressListener } from "#base";
import { topN } from "#numeric";
import type { History } from "#sequences";
import { checkConfig, type Limits } from "./config.ts";
import { distinctItems } from "./distinct-items.ts";
import type { FittedModel, Model } from "./model.ts";
import { readModelFile, writeModelFile } from "./model-file.ts";
import { columnSums, engagementsOf, type SparseRows, transpose } from "./sparse-rows.ts";

/**
 * @file Item-based nearest neighbours (Sarwar et al. 2001; Deshpande and Karypis 2004, "Item-Based Top-N Recommendation
 * Algorithms"): items are near when the same people engage with them, and a candidate scores the summed nearness of those of
 * its `neighbours` nearest items that the history holds. With x_i an item's column of weights,
 *
 *     nearness(i, j) = x_i . x_j / (|x_i| |x_j| + shrinkage)
 *
 * the shrinkage (Bell and Koren 2007) doubting pairs that few people support. We differ by adding popularity, scaled below
 * any difference that counts, so that the many items without a near neighbour are in a sensible order.
 */
export type ItemKnnConfig = {
  /** Nearest items kept per item. */
  readonly neighbours: number;
  /** Added to the denominator of the cosine. */
  readonly shrinkage: number;
};

const limits: Limits<ItemKnnConfig> = {
  neighbours: { min: 1, max: 1e6, isInteger: true },
  shrinkage: { min: 0, max: 1e9 },
};

export const itemKnn: Model<ItemKnnConfig> = {
  name: "item-knn",
  title: "What the same people engaged with",
  defaults: { neighbours: 500, shrinkage: 30 },

  async fit(data, config, { progress }) {
    checkConfig(itemKnn.name, config, limits);
    const engagements = engagementsOf(data);
    const nearest = nearestItems(engagements, config, progress);
    return new FittedItemKnn(config, nearest, columnSums(engagements));
  },

  load(bytes) {
    const file = readModelFile(bytes, itemKnn.name, limits);
    const counts = file.floats("counts");
    const nearest = {
      rowCount: counts.length,
      columnCount: counts.length,
      offsets: file.rows("offsets"),
      columns: file.rows("neighbours"),
      values: file.floats("nearness"),
    };
    return new FittedItemKnn(file.config, nearest, counts);
  },
};

/** Row `j`: the nearest items of `j`. O(sum over people of the square of their count). */
function nearestItems(users: SparseRows, config: ItemKnnConfig, progress: ProgressListener): SparseRows {
  const items = transpose(users);
  const norms = Float64Array.from({ length: items.rowCount }, (_, item) => rowNorm(items, item));
  const overlaps = new Float64Array(items.rowCount);
  const met: number[] = [];
  const kept: { readonly columns: Uint32Array; readonly values: Float32Array }[] = [];
  const offsets = new Uint32Array(items.rowCount + 1);
  for (let item = 0; item < items.rowCount; item++) {
    if (item % 256 === 0) progress({ stage: "compare items", done: item, total: items.rowCount });
    addOverlaps(users, items, item, overlaps, met);
    const nearness = Float32Array.from(
      met,
      (other) => overlaps[other]! / (norms[item]! * norms[other]! + config.shrinkage),
    );
    const best = topN(nearness, config.neighbours);
    const ascending = best.sort((left, right) => met[left]! - met[right]!);
    kept.push({
      columns: ascending.map((position) => met[position]!),
      values: Float32Array.from(ascending, (position) => nearness[position]!),
    });
    offsets[item + 1] = offsets[item]! + best.length;
    for (const other of met) overlaps[other] = 0;
    met.length = 0;
  }
  progress({ stage: "compare items", done: items.rowCount, total: items.rowCount });
  const columns = new Uint32Array(offsets[items.rowCount]!);
  const values = new Float32Array(columns.length);
  for (const [item, row] of kept.entries()) {
    columns.set(row.columns, offsets[item]!);
    values.set(row.values, offsets[item]!);
  }
  return { rowCount: items.rowCount, columnCount: items.rowCount, offsets, columns, values };
}

function rowNorm(rows: SparseRows, row: number): number {
  let sum = 0;
  for (let entry = rows.offsets[row]!; entry < rows.offsets[row + 1]!; entry++)
    sum += rows.values[entry]! ** 2;
  return Math.sqrt(sum);
}

/** Adds x_item . x_other to `overlaps[other]` for every other item that shares a person, and lists those in `met`. */
function addOverlaps(
  users: SparseRows,
  items: SparseRows,
  item: number,
  overlaps: Float64Array,
  met: number[],
): void {
  for (let at = items.offsets[item]!; at < items.offsets[item + 1]!; at++) {
    const user = items.columns[at]!;
    const weight = items.values[at]!;
    for (let entry = users.offsets[user]!; entry < users.offsets[user + 1]!; entry++) {
      const other = users.columns[entry]!;
      if (other === item) continue;
      if (overlaps[other] === 0) met.push(other);
      overlaps[other]! += weight * users.values[entry]!;
    }
  }
}

class FittedItemKnn implements FittedModel {
  readonly name = itemKnn.name;
  readonly config: ItemKnnConfig;
  /** Row `j`: the nearest items of `j`. */
  readonly #nearest: SparseRows;
  /** Row `i`: the items that have `i` among their nearest, which is the way a history is spread. */
  readonly #nearestOf: SparseRows;
  /** (n) */
  readonly #counts: Float32Array;
  /** (n) popularity, at most 1e-6. */
  readonly #fallback: Float32Array;

  constructor(config: ItemKnnConfig, nearest: SparseRows, counts: Float32Array) {
    this.config = config;
    this.#nearest = nearest;
    this.#nearestOf = transpose(nearest);
    this.#counts = counts;
    const largest = counts.reduce((most, count) => Math.max(most, count), 1);
    this.#fallback = counts.map((count) => (1e-6 * count) / largest);
  }

  get itemCount(): number {
    return this.#counts.length;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const scores = new Float32Array(histories.length * this.itemCount);
    const { offsets, columns, values } = this.#nearestOf;
    for (const [row, history] of histories.entries()) {
      const own = scores.subarray(row * this.itemCount, (row + 1) * this.itemCount);
      own.set(this.#fallback);
      const { itemRows, weights } = distinctItems(history, this.itemCount);
      for (const [at, item] of itemRows.entries())
        for (let entry = offsets[item]!; entry < offsets[item + 1]!; entry++)
          own[columns[entry]!]! += weights[at]! * values[entry]!;
    }
    return scores;
  }

  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const { itemRows, weights, positions } = distinctItems(history, this.itemCount);
    const { offsets, columns, values } = this.#nearest;
    // Both ascend, so one pass over the neighbours meets every item of the history that is among them.
    let entry = offsets[itemRow]!;
    for (const [at, item] of itemRows.entries()) {
      while (entry < offsets[itemRow + 1]! && columns[entry]! < item) entry++;
      if (columns[entry] === item && entry < offsets[itemRow + 1]!)
        parts[positions[at]!] = weights[at]! * values[entry]!;
    }
    return parts;
  }

  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const nearness = this.#nearnessTo(itemRow);
    nearness[itemRow] = Number.NEGATIVE_INFINITY;
    return nearness;
  }

  serialize(): Uint8Array {
    const { offsets, columns, values } = this.#nearest;
    return writeModelFile(this.name, this.config, {
      counts: { shape: [this.itemCount], values: this.#counts },
      offsets: { shape: [offsets.length], values: offsets },
      neighbours: { shape: [columns.length], values: columns },
      nearness: { shape: [values.length], values },
    });
  }

  /** (n), zero beyond the kept neighbours of `itemRow`. */
  #nearnessTo(itemRow: number): Float32Array {
    const { offsets, columns, values } = this.#nearest;
    const nearness = new Float32Array(this.itemCount);
    for (let entry = offsets[itemRow]!; entry < offsets[itemRow + 1]!; entry++)
      nearness[columns[entry]!] = values[entry]!;
    return nearness;
  }
}
