import type { Catalogue } from "#events";
import { grown } from "#numeric";
import type { Topic, TopicOfItem } from "./taxonomy.ts";

/** What items are about, side by side: an object for each topic of each item is a read of far memory more. */
export class TopicScores {
  readonly #catalogue: Catalogue;
  readonly #topicsOf: (itemRow: number) => readonly TopicOfItem[];
  /** Item row -> the item's change it was noted at, and where its topics begin. */
  #changes = new Float64Array(0);
  #starts = new Int32Array(0);
  /** Those of one item after those of another, each ended by `undefined`. */
  readonly #topics: (Topic | undefined)[] = [];
  readonly #scores: number[] = [];

  constructor(catalogue: Catalogue, topicsOf: (itemRow: number) => readonly TopicOfItem[]) {
    this.#catalogue = catalogue;
    this.#topicsOf = topicsOf;
  }

  /** Adds to the weight of each topic of an item its score, so many times. */
  addTo(weights: Map<Topic, number>, itemRow: number, times: number): void {
    if (this.#changes[itemRow] !== this.#catalogue.changeOf(itemRow)) this.#note(itemRow);
    for (let at = this.#starts[itemRow]!; ; at++) {
      const topic = this.#topics[at];
      if (!topic) return;
      weights.set(topic, (weights.get(topic) ?? 0) + times * this.#scores[at]!);
    }
  }

  #note(itemRow: number): void {
    this.#changes = grown(this.#changes, itemRow + 1);
    this.#starts = grown(this.#starts, itemRow + 1);
    this.#changes[itemRow] = this.#catalogue.changeOf(itemRow);
    this.#starts[itemRow] = this.#topics.length;
    for (const { topic, score } of this.#topicsOf(itemRow)) {
      this.#topics.push(topic);
      this.#scores.push(score);
    }
    this.#topics.push(undefined);
    this.#scores.push(0);
  }
}
