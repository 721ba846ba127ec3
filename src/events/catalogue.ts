import { assert, type ItemId, type ItemRow } from "#base";
import { MAX_PURPOSES } from "#declarations";
import { FormerEditions } from "./former-editions.ts";
import { ItemColumns } from "./item-columns.ts";
import type { SharedRecord } from "./shared-record.ts";

/**
 * @file The catalogue: every item that was put or met, and the small vocabularies of actions, surfaces and purposes. Names get
 * numbers in the order in which they stand in the shared partition of the log, so every replay numbers them alike, and
 * a user's sequence can hold four bytes where the sender wrote a sentence.
 */

/** An item as the platform knows it. One that was only met in an event has an id and nothing else. */
export interface Item {
  readonly row: ItemRow;
  readonly itemId: ItemId;
  readonly title?: string;
  readonly text?: string;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly vector?: readonly number[];
  readonly createdAtMs?: number;
  /** When the platform first heard of it, to the hour where by an event; absent of what was there before that was kept. Says how new it is, never whether it was there (decision 0040). */
  readonly knownSinceMs?: number;
  readonly isAvailable: boolean;
}

/** Since when an item is new, for what asks how new it is: its `createdAt`, else when it was first heard of. */
export function bornMsOf({
  createdAtMs,
  knownSinceMs,
}: Pick<Item, "createdAtMs" | "knownSinceMs">): number | undefined {
  return createdAtMs ?? knownSinceMs;
}

/** What was said of an item that features are made of. */
export type ItemFacts = Pick<Item, "tags" | "attributes">;

/** Told of an item, and what was known of it before. */
export type ItemWatcher = (item: Item, before: Item | undefined) => void;

/** Code 0 of every vocabulary: no surface was given, or the codes are used up. */
export const UNNAMED = 0;
/** Of a vocabulary whose codes take a byte. */
const CODES = 255;

export class Catalogue {
  readonly #items: Item[] = [];
  /** By row: since when it is there to be shown (never, for what is withdrawn), and its tags. */
  readonly #columns = new ItemColumns();
  /** Item row -> the revision at which what is known of it changed last. */
  readonly #changes: number[] = [];
  readonly #rows = new Map<string, ItemRow>();
  readonly #watchers = new Set<ItemWatcher>();
  /** Tags by their codes, and the codes of tags. */
  readonly #tags: string[] = [];
  readonly #tagCodes = new Map<string, number>();
  /** By row: how often tags or attributes came to be others. */
  readonly #editions: number[] = [];
  readonly #former = new FormerEditions();
  #revision = 0;
  readonly actions = new Vocabulary();
  readonly surfaces = new Vocabulary();
  readonly purposes = new Vocabulary(MAX_PURPOSES);

  /** How often items were put or met: changes when anything known of one does. */
  get revision(): number {
    return this.#revision;
  }

  get itemCount(): number {
    return this.#items.length;
  }

  /** The revision at which what is known of an item changed last: above 0 for every item there is. */
  changeOf(row: number): number {
    return this.#changes[row] ?? 0;
  }

  rowOf(itemId: string): ItemRow | undefined {
    return this.#rows.get(itemId);
  }

  /** Rows come from sequences and models made from this catalogue; one beyond the end is our mistake. */
  at(row: number): Item {
    const item = this.#items[row];
    assert(item, `item row ${row} is in the catalogue`);
    return item;
  }

  /** Whether an item is available, and was there by then. */
  isThere(row: number, asOfMs: number): boolean {
    assert(row < this.#items.length, "the item row is in the catalogue");
    return this.#columns.sinceMs(row) <= asOfMs;
  }

  /** The tags of an item as numbers, each once, sorted. */
  tagCodesOf(row: number): readonly number[] {
    assert(row < this.#items.length, "the item row is in the catalogue");
    return this.#columns.tagCodes(row) ?? this.#codesOf(this.at(row));
  }

  items(): readonly Item[] {
    return this.#items;
  }

  /**
   * How often the item's tags or attributes came to be others, from 0: nothing was said of them. Records in log order decide it, so it means the
   * same in every replay, and an event that keeps it knows what was said of its item when it came.
   */
  editionOf(row: ItemRow): number {
    return this.#editions[row] ?? 0;
  }

  /** What was said of an item in an edition; of a later one than there is, what is said now. */
  factsAt(row: number, edition: number): ItemFacts {
    if (edition === 0) return NOTHING;
    return this.#former.at(row as ItemRow, edition - 1) ?? this.at(row);
  }

  /** Shows every item there is, and then as `follow`. */
  watch(watcher: ItemWatcher): () => void {
    for (const item of this.#items) watcher(item, undefined);
    return this.follow(watcher);
  }

  /** Shows every item that is put or met from now on, as part of taking it in, until what it returns is called. */
  follow(watcher: ItemWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Takes in one record, in log order. */
  apply(record: SharedRecord): void {
    if (record.kind === "item") this.#applyItem(record);
    else if (record.kind === "action") this.actions.add(record.name);
    else if (record.kind === "surface") this.surfaces.add(record.name);
    else if (record.kind === "purpose") this.purposes.add(record.name);
  }

  #applyItem({ itemId, input = {}, knownSinceMs }: Extract<SharedRecord, { kind: "item" }>): void {
    const row = this.#rows.get(itemId) ?? (this.#items.length as ItemRow);
    const before = this.#items[row];
    this.#revision++;
    const { createdAt = "", available, ...given } = input;
    const givenMs = Date.parse(createdAt); // of a month 19, which earlier versions let in, it is none
    const item: Item = {
      tags: [],
      attributes: {},
      isAvailable: true,
      ...(before ?? (knownSinceMs !== undefined && { knownSinceMs })),
      ...given,
      ...(given.tags && { tags: given.tags.map((tag) => this.#tags[this.#codeOf(tag)]!) }),
      ...(!Number.isNaN(givenMs) && { createdAtMs: givenMs }),
      ...(available !== undefined && { isAvailable: available }),
      row,
      itemId: itemId as ItemId,
    };
    if (differs(before ?? NOTHING, item)) this.#beginEdition(row, before);
    this.#items[row] = item;
    const { isAvailable, createdAtMs = Number.NEGATIVE_INFINITY } = item;
    this.#columns.set(row, isAvailable ? createdAtMs : Number.POSITIVE_INFINITY, this.#codesOf(item));
    this.#changes[row] = this.#revision;
    this.#rows.set(itemId, row);
    for (const watcher of this.#watchers) watcher(item, before);
  }

  /** Of a tag, whose one string all items share: a copy for each would lie far from the others and be compared with them letter by letter. */
  #codeOf(tag: string): number {
    const known = this.#tagCodes.get(tag);
    if (known !== undefined) return known;
    this.#tagCodes.set(tag, this.#tags.length);
    return this.#tags.push(tag) - 1;
  }

  #codesOf({ tags }: Item): readonly number[] {
    const codes = new Set(tags.map((tag) => this.#codeOf(tag)));
    return [...codes].sort((left, right) => left - right);
  }

  #beginEdition(row: ItemRow, before: Item | undefined): void {
    const edition = this.editionOf(row);
    this.#editions[row] = edition + 1;
    if (edition > 0 && before) this.#former.add(row, before);
  }
}

/** Of an item that was only met. */
const NOTHING: ItemFacts = { tags: [], attributes: {} };

function differs(before: ItemFacts, after: ItemFacts): boolean {
  const isSame = <Value>(left: Value, right: Value): boolean =>
    left === right || JSON.stringify(left) === JSON.stringify(right);
  return !isSame(before.tags, after.tags) || !isSame(before.attributes, after.attributes);
}

/** Names with codes from 1. */
export class Vocabulary {
  readonly #names: string[] = [""];
  readonly #codes = new Map<string, number>([["", UNNAMED]]);
  readonly #limit: number;

  /** `limit`: how many names get a code. */
  constructor(limit = CODES) {
    this.#limit = limit;
  }

  get #isFull(): boolean {
    return this.#names.length > this.#limit;
  }

  add(name: string): void {
    if (this.#codes.has(name) || this.#isFull) return;
    this.#codes.set(name, this.#names.length);
    this.#names.push(name);
  }

  /** `undefined` for a name not added yet while there is room for it. */
  codeOf(name: string): number | undefined {
    return this.#codes.get(name) ?? (this.#isFull ? UNNAMED : undefined);
  }

  nameOf(code: number): string {
    return this.#names[code] ?? "";
  }

  names(): readonly string[] {
    return this.#names.slice(1);
  }
}
