import { Packr } from "msgpackr";
import type { ItemInput } from "#api";
import { assert, type ItemId, type ItemRow } from "#base";

/**
 * @file The catalogue: every item that was put or met, and the small vocabularies of action and surface names. Names get
 * numbers in the order in which they stand in the catalogue's partition of the log, so every replay numbers them alike, and
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
  readonly isAvailable: boolean;
}

/** One record of the catalogue's partition. */
export type CatalogueRecord =
  | { readonly kind: "item"; readonly itemId: string; readonly input?: Omit<ItemInput, "itemId"> }
  | { readonly kind: "action" | "surface"; readonly name: string };

/** The partition of the log that holds the catalogue; users live in the others. */
export const CATALOGUE_PARTITION = 0;
/** Code 0 of both vocabularies: no surface was given, or the 255 codes are used up. */
export const UNNAMED = 0;
const CODES = 256;

const packr = new Packr({ useRecords: false });
const VERSION = 1;

export function encodeCatalogueRecord(record: CatalogueRecord): Uint8Array {
  return packr.pack([VERSION, record]);
}

export function decodeCatalogueRecord(bytes: Uint8Array): CatalogueRecord {
  const [version, record] = packr.unpack(bytes) as [number, CatalogueRecord]; // our own bytes, whole by the log's checksum
  assert(version === VERSION, `a catalogue record of version ${VERSION}, not ${version}`);
  return record;
}

export class Catalogue {
  readonly #items: Item[] = [];
  readonly #rows = new Map<string, ItemRow>();
  readonly actions = new Vocabulary();
  readonly surfaces = new Vocabulary();

  get itemCount(): number {
    return this.#items.length;
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

  items(): readonly Item[] {
    return this.#items;
  }

  /** Takes in one record, in log order. */
  apply(record: CatalogueRecord): void {
    if (record.kind === "item") this.#applyItem(record.itemId, record.input);
    else if (record.kind === "action") this.actions.add(record.name);
    else this.surfaces.add(record.name);
  }

  #applyItem(itemId: string, input: Omit<ItemInput, "itemId"> = {}): void {
    const row = this.#rows.get(itemId) ?? (this.#items.length as ItemRow);
    const before = this.#items[row];
    const { createdAt, available, ...given } = input;
    this.#items[row] = {
      tags: [],
      attributes: {},
      isAvailable: true,
      ...before,
      ...given,
      ...(createdAt !== undefined && { createdAtMs: Date.parse(createdAt) }),
      ...(available !== undefined && { isAvailable: available }),
      row,
      itemId: itemId as ItemId,
    };
    this.#rows.set(itemId, row);
  }
}

/** Names with one-byte codes. */
export class Vocabulary {
  readonly #names: string[] = [""];
  readonly #codes = new Map<string, number>([["", UNNAMED]]);

  add(name: string): void {
    if (this.#codes.has(name) || this.#names.length >= CODES) return;
    this.#codes.set(name, this.#names.length);
    this.#names.push(name);
  }

  /** `undefined` for a name not added yet while there is room for it. */
  codeOf(name: string): number | undefined {
    return this.#codes.get(name) ?? (this.#names.length >= CODES ? UNNAMED : undefined);
  }

  nameOf(code: number): string {
    return this.#names[code] ?? "";
  }

  names(): readonly string[] {
    return this.#names.slice(1);
  }
}
