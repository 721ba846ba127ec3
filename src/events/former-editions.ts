import { type ItemRow, LeastRecentlyUsed } from "#base";
import { SpillFile } from "#storage";
import type { ItemFacts } from "./catalogue.ts";

/** Editions of an item that lie together in the file. */
const BLOCK = 8;
/** Blocks read lately that are kept. */
const KEPT_BLOCKS = 500;

/** Of one item, from the first. */
interface Former {
  /** Where each block is in the file. */
  readonly blocks: number[];
  /** Those after the last block. */
  readonly newest: ItemFacts[];
}

/**
 * @file What was said of items before what is said now, all of it for ever: an event may have met any edition, and a training set asks for that of years
 * ago. In memory are fewer than eight of an item and a byte for each other one, however often a price changes; the others are in a file
 * that is made anew, as the catalogue is, from the log.
 */
export class FormerEditions {
  readonly #byItem = new Map<ItemRow, Former>();
  /** By place in the file. */
  readonly #read = new LeastRecentlyUsed<number, readonly ItemFacts[]>(KEPT_BLOCKS);
  #file: SpillFile | undefined;

  /** Editions that are in memory now. */
  get inMemory(): number {
    let sum = this.#read.size * BLOCK;
    for (const { newest } of this.#byItem.values()) sum += newest.length;
    return sum;
  }

  /** What was said of the item until now. */
  add(row: ItemRow, facts: ItemFacts): void {
    let former = this.#byItem.get(row);
    if (!former) {
      former = { blocks: [], newest: [] };
      this.#byItem.set(row, former);
    }
    former.newest.push({ tags: facts.tags, attributes: facts.attributes }); // nothing else of the item
    if (former.newest.length >= BLOCK) this.#spill(former);
  }

  /** The `n`th, from 0, of the item; `undefined` where there were fewer. */
  at(row: ItemRow, n: number): ItemFacts | undefined {
    const former = this.#byItem.get(row);
    if (!former) return undefined;
    const place = former.blocks[Math.floor(n / BLOCK)];
    return place === undefined
      ? former.newest[n - BLOCK * former.blocks.length]
      : this.#blockAt(place)[n % BLOCK];
  }

  #spill({ blocks, newest }: Former): void {
    try {
      this.#file ??= new SpillFile();
      blocks.push(this.#file.append(Buffer.from(JSON.stringify(newest.slice(0, BLOCK)))));
    } catch {
      return; // no room: they stay in memory until there is
    }
    newest.splice(0, BLOCK);
  }

  #blockAt(place: number): readonly ItemFacts[] {
    const known = this.#read.get(place);
    if (known) return known;
    const text = Buffer.from(this.#file!.read(place)).toString(); // there is one when there are places
    const block = JSON.parse(text) as ItemFacts[]; // written by us
    this.#read.set(place, block);
    return block;
  }
}
