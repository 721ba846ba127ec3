import type { SequenceResponse } from "#api";
import type { Catalogue, Item } from "#events";
import { hasItem, type RowsView, type SequenceWindow } from "#sequences";
import { JsonWriter, type Written } from "./json-writer.ts";

/**
 * @file The answer about a sequence, written as bytes straight from the bytes the sequence is stored as. A general serializer
 * wants an object and three strings of every row first, which costs ten times as much as the row's own text. What is the same for many
 * rows (an item's id, title and tags; the names of actions and surfaces) is kept as ready text.
 */
export class SequenceJson {
  readonly #catalogue: Catalogue;
  readonly #actions: (Buffer | undefined)[] = [];
  readonly #surfaces: (Buffer | undefined)[] = [];
  /** By item row, the texts of the items met last. Filled, for an array with holes is a slow map. */
  readonly #items: ({ readonly item: Item; readonly text: Buffer } | undefined)[] = new Array(
    ITEMS_KEPT,
  ).fill(undefined);
  readonly #json = new JsonWriter();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** A `SequenceResponse` whose events are the window's. */
  write(window: SequenceWindow, { userId, ...signal }: Omit<SequenceResponse, "events">): Written {
    const json = this.#json;
    json.text(`{"userId":${JSON.stringify(userId)},"events":[`);
    let begin = FIRST_ROW;
    window.forEach((rows, n) => {
      json.bytes(begin);
      begin = NEXT_ROW;
      this.#writeRow(rows, n);
    });
    json.text(`${window.length > 0 ? "}" : ""}],${JSON.stringify(signal).slice(1)}`);
    return json.take();
  }

  /** What `sequenceEvent` says of the row, without the braces. */
  #writeRow(rows: RowsView, n: number): void {
    const json = this.#json;
    json.quoted(
      rows.eventIdBytes(n),
      (bytes, at) => rows.writeEventId(n, bytes, at),
      () => rows.eventId(n),
    );
    json.bytes(this.#actionText(rows.action(n)));
    json.time(rows.timestampMs(n));
    json.bytes(this.#itemText(rows.itemRow(n)));
    json.bytes(this.#surfaceText(rows.surface(n)));
    this.#writeNumber(DWELL_MS, rows.dwellMs(n));
    this.#writeNumber(VALUE, rows.value(n));
    this.#writeString(SLATE_ID, rows.slateId(n));
    this.#writeNumber(POSITION, rows.position(n));
    this.#writeString(SOURCE, rows.source(n));
  }

  #writeNumber(name: Buffer, value: number | undefined): void {
    if (value === undefined) return;
    this.#json.bytes(name);
    this.#json.number(value);
  }

  #writeString(name: Buffer, value: string | undefined): void {
    if (value === undefined) return;
    this.#json.bytes(name);
    this.#json.text(JSON.stringify(value));
  }

  #actionText(code: number): Buffer {
    const name = this.#catalogue.actions.nameOf(code);
    this.#actions[code] ??= Buffer.from(`","action":${JSON.stringify(name)},"timestamp":"`);
    return this.#actions[code];
  }

  #surfaceText(code: number): Buffer {
    const name = this.#catalogue.surfaces.nameOf(code);
    if (name === "") return NOTHING;
    this.#surfaces[code] ??= Buffer.from(`,"surface":${JSON.stringify(name)}`);
    return this.#surfaces[code];
  }

  /** The catalogue replaces an item that changes, so its text is good while the item is the same. */
  #itemText(itemRow: number): Buffer {
    if (!hasItem({ itemRow })) return NO_ITEM_TEXT;
    const item = this.#catalogue.at(itemRow);
    const slot = itemRow & (ITEMS_KEPT - 1);
    const kept = this.#items[slot];
    if (kept?.item === item) return kept.text;
    const { itemId, title, tags } = item;
    const fields = { itemId, ...(title !== undefined && { title }), ...(tags.length > 0 && { tags }) };
    const text = Buffer.from(`",${JSON.stringify(fields).slice(1, -1)}`);
    this.#items[slot] = { item, text };
    return text;
  }
}

/** Ready texts of items at most, a power of two: the busiest of a large catalogue. */
const ITEMS_KEPT = 1 << 16;
const FIRST_ROW = Buffer.from('{"eventId":"');
const NEXT_ROW = Buffer.from('},{"eventId":"');
const NO_ITEM_TEXT = Buffer.from('"');
const NOTHING = Buffer.alloc(0);
const DWELL_MS = Buffer.from(',"dwellMs":');
const VALUE = Buffer.from(',"value":');
const SLATE_ID = Buffer.from(',"slateId":');
const POSITION = Buffer.from(',"position":');
const SOURCE = Buffer.from(',"source":');
