import { assert } from "#base";
import { dot } from "#numeric";
import type { History } from "#sequences";
import { type Matrix, matrixOf, multiply } from "#tensor";
import { type DistinctItems, distinctItems, hasEvidence } from "../distinct-items.ts";
import type { FittedModel } from "../model.ts";
import { writeModelFile } from "../model-file.ts";
import { type IalsConfig, penaltyOf } from "./ials-config.ts";
import { RowSolver } from "./row-solver.ts";

/** Fold-in is exact to single precision: this residual, reached long before this many steps. */
const FOLD_IN_TOLERANCE = 1e-6;
const FOLD_IN_STEPS = 1000;

/**
 * Item vectors in the eigenbasis of their Gram matrix. A person is the ridge regression of their history on the item
 * vectors ("fold-in"): what training would have found for them, whether or not they were part of it.
 */
export class FittedIals implements FittedModel {
  readonly name = "ials";
  readonly config: IalsConfig;
  /** (n, D) */
  readonly #factors: Matrix;
  /** (D) diagonal of the Gram matrix of the factors. */
  readonly #eigenvalues: Float32Array;
  /** (n) */
  readonly #counts: Float32Array;
  readonly #solver: RowSolver;

  constructor(config: IalsConfig, factors: Matrix, eigenvalues: Float32Array, counts: Float32Array) {
    this.config = config;
    this.#factors = factors;
    this.#eigenvalues = eigenvalues;
    this.#counts = counts;
    this.#solver = new RowSolver(factors.columns);
  }

  get itemCount(): number {
    return this.#factors.rows;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const people = matrixOf(histories.length, this.#factors.columns);
    const unknown: number[] = [];
    for (const [row, history] of histories.entries()) {
      const items = distinctItems(history, this.itemCount);
      if (!hasEvidence(items, this.#counts)) {
        unknown.push(row);
        continue;
      }
      this.#setSystem(items);
      const person = people.values.subarray(row * people.columns, (row + 1) * people.columns);
      this.#solver.solveEngagements(person, items.weights, FOLD_IN_STEPS, FOLD_IN_TOLERANCE);
    }
    const scores = await multiply(people, this.#factors, { transposeRight: true }); // (histories, n)
    for (const row of unknown) scores.values.set(this.#counts, row * this.itemCount);
    return scores.values;
  }

  /**
   * A score is linear in the engagements (Hu et al. 2008, section 5): h_j . A^-1 (sum of c_k h_k), so engagement k adds
   * c_k h_k . z with z = A^-1 h_j, and the parts add up to the score.
   */
  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const parts = new Float32Array(history.itemRows.length);
    const items = distinctItems(history, this.itemCount);
    if (items.itemRows.length === 0) return parts;
    this.#setSystem(items);
    const view = new Float32Array(this.#factors.columns);
    this.#solver.solve(view, this.#factor(itemRow), FOLD_IN_STEPS, FOLD_IN_TOLERANCE);
    for (const [at, item] of items.itemRows.entries())
      parts[items.positions[at]!] = items.weights[at]! * dot(this.#factor(item), view);
    return parts;
  }

  /** Cosine of the item vectors. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const own = this.#factor(itemRow);
    const ownNorm = Math.sqrt(dot(own, own));
    const similarities = new Float32Array(this.itemCount);
    for (let other = 0; other < this.itemCount; other++) {
      const factor = this.#factor(other);
      const norms = ownNorm * Math.sqrt(dot(factor, factor));
      similarities[other] = norms > 0 ? dot(own, factor) / norms : 0;
    }
    similarities[itemRow] = Number.NEGATIVE_INFINITY;
    return similarities;
  }

  /** (n, D): items that the same people want point the same way. */
  get itemFactors(): Matrix {
    return this.#factors;
  }

  serialize(): Uint8Array {
    const { rows, columns, values } = this.#factors;
    return writeModelFile(this.name, this.config, {
      item_factors: { shape: [rows, columns], values },
      eigenvalues: { shape: [columns], values: this.#eigenvalues },
      counts: { shape: [rows], values: this.#counts },
    });
  }

  #setSystem({ itemRows, weights }: DistinctItems): void {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const penalty = penaltyOf(this.config, total, this.itemCount);
    this.#solver.setSystem(
      this.#factors.values,
      itemRows,
      weights,
      (position) => this.config.unobservedWeight * this.#eigenvalues[position]! + penalty,
    );
  }

  #factor(item: number): Float32Array {
    return this.#factors.values.subarray(item * this.#factors.columns, (item + 1) * this.#factors.columns);
  }
}
