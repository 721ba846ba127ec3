import { assert } from "#base";
import type { History } from "#sequences";
import type { FittedModel, ModelConfig } from "./model.ts";
import { writeModelFile } from "./model-file.ts";

/** One order of the items for everybody: the fitted form of both popularity models. Nothing in it is personal. */
export class FittedRanking implements FittedModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly #scores: Float32Array;

  /** `scores` of shape (itemCount). */
  constructor(name: string, config: ModelConfig, scores: Float32Array) {
    this.name = name;
    this.config = config;
    this.#scores = scores;
  }

  get itemCount(): number {
    return this.#scores.length;
  }

  async score(histories: readonly History[]): Promise<Float32Array> {
    const scores = new Float32Array(histories.length * this.itemCount);
    for (const row of histories.keys()) scores.set(this.#scores, row * this.itemCount);
    return scores;
  }

  async explain(history: History, itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    return new Float32Array(history.itemRows.length);
  }

  /** The same order again: the model knows no nearness. */
  async related(itemRow: number): Promise<Float32Array> {
    assert(itemRow >= 0 && itemRow < this.itemCount, "the item is in the catalogue");
    const scores = this.#scores.slice();
    scores[itemRow] = Number.NEGATIVE_INFINITY;
    return scores;
  }

  serialize(): Uint8Array {
    const scores = { shape: [this.itemCount], values: this.#scores };
    return writeModelFile(this.name, this.config, { scores });
  }
}
