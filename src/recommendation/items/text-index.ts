import { type ItemRow, wordsOf } from "#base";
import type { Catalogue, Item } from "#events";

/**
 * @file An inverted index over the words of titles, tags and texts of items, ranked by Okapi BM25 (Robertson and Zaragoza 2009), made when it is first
 * asked, a part at a time, and from then on kept level with the catalogue. A word of a title counts as three of a text.
 */
const K1 = 1.2;
const B = 0.75;
const TITLE_WEIGHT = 3;
/** Words of a text beyond these say little more and would take the room of many items. */
const TEXT_WORDS = 200;
/** Items taken in between two looks after other work. */
const AT_ONCE = 500;

export interface TextHit {
  readonly itemRow: ItemRow;
  readonly score: number;
}

export class TextIndex {
  /** Word -> item row -> how often, weighted. */
  readonly #postings = new Map<string, Map<ItemRow, number>>();
  /** Item row -> its words, weighted and counted. */
  readonly #lengths = new Map<ItemRow, number>();
  #totalLength = 0;
  readonly #catalogue: Catalogue;
  #filling: Promise<void> | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** The items with any of the words, best first. O(postings of the words), once there is the index. */
  async search(text: string, n: number): Promise<TextHit[]> {
    this.#filling ??= this.#fill();
    await this.#filling;
    const scores = new Map<ItemRow, number>();
    const count = this.#lengths.size;
    const meanLength = this.#totalLength / count || 1;
    for (const word of new Set(wordsOf(text))) {
      const postings = this.#postings.get(word);
      if (!postings) continue;
      const rarity = Math.log(1 + (count - postings.size + 0.5) / (postings.size + 0.5));
      for (const [row, frequency] of postings) {
        const length = this.#lengths.get(row)! / meanLength;
        const gain = (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + B * length));
        scores.set(row, (scores.get(row) ?? 0) + rarity * gain);
      }
    }
    return [...scores]
      .sort(([leftRow, left], [rightRow, right]) => right - left || leftRow - rightRow)
      .slice(0, n)
      .map(([itemRow, score]) => ({ itemRow, score }));
  }

  async #fill(): Promise<void> {
    this.#catalogue.follow((item, before) => this.#take(item, before));
    for (let row = 0; row < this.#catalogue.itemCount; row++) {
      const item = this.#catalogue.at(row);
      if (!this.#lengths.has(item.row)) this.#take(item, undefined); // else it was put anew meanwhile
      if (row % AT_ONCE === AT_ONCE - 1) await new Promise(setImmediate);
    }
  }

  #take(item: Item, before: Item | undefined): void {
    const { row } = item;
    if (before) {
      for (const word of frequenciesOf(before).keys()) this.#postings.get(word)?.delete(row);
      this.#totalLength -= this.#lengths.get(row) ?? 0;
      this.#lengths.delete(row);
    }
    const frequencies = frequenciesOf(item);
    if (frequencies.size === 0) return;
    let length = 0;
    for (const [word, frequency] of frequencies) {
      const postings = this.#postings.get(word);
      if (postings) postings.set(row, frequency);
      else this.#postings.set(word, new Map([[row, frequency]]));
      length += frequency;
    }
    this.#lengths.set(row, length);
    this.#totalLength += length;
  }
}

function frequenciesOf({ title = "", tags, text = "" }: Item): Map<string, number> {
  const frequencies = new Map<string, number>();
  const add = (word: string, weight: number): void =>
    void frequencies.set(word, (frequencies.get(word) ?? 0) + weight);
  for (const word of wordsOf(title)) add(word, TITLE_WEIGHT);
  for (const word of tags.flatMap(wordsOf)) add(word, 1);
  for (const word of wordsOf(text).slice(0, TEXT_WORDS)) add(word, 1);
  return frequencies;
}
