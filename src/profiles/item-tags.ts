import type { Catalogue } from "#events";
import { grown } from "#numeric";

/** @file Tags of items as numbers, side by side: a person has hundreds of items, and each with its list of strings is half a dozen reads of far memory more. */
export class ItemTags {
  readonly #catalogue: Catalogue;
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** Item row -> the item's change it was noted at, and where its tags begin. */
  #changes = new Float64Array(0);
  #starts = new Int32Array(0);
  /** Tags of one item after those of another, each once and each list ended by -1. */
  readonly #tags: number[] = [];

  private constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** Those of a catalogue: one for everybody who asks. */
  static of(catalogue: Catalogue): ItemTags {
    const known = tagsOf.get(catalogue) ?? new ItemTags(catalogue);
    tagsOf.set(catalogue, known);
    return known;
  }

  /** Tags met so far: their numbers are below this. */
  get count(): number {
    return this.#names.length;
  }

  nameOf(tag: number): string {
    return this.#names[tag]!;
  }

  /** Where an item's tags begin: `at(start)`, `at(start + 1)` and so on, until one is below 0. */
  startOf(itemRow: number): number {
    if (this.#changes[itemRow] !== this.#catalogue.changeOf(itemRow)) this.#note(itemRow);
    return this.#starts[itemRow]!;
  }

  at(place: number): number {
    return this.#tags[place]!;
  }

  #note(itemRow: number): void {
    this.#changes = grown(this.#changes, itemRow + 1);
    this.#starts = grown(this.#starts, itemRow + 1);
    this.#changes[itemRow] = this.#catalogue.changeOf(itemRow);
    this.#starts[itemRow] = this.#tags.length;
    for (const tag of new Set(this.#catalogue.at(itemRow).tags)) this.#tags.push(this.#numberOf(tag));
    this.#tags.push(-1);
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
}

const tagsOf = new WeakMap<Catalogue, ItemTags>();
