import type { Scalar } from "#declarations";
import type { Catalogue } from "#events";
import type { Evaluate } from "./definition/compile-expression.ts";
import type { FeaturePlan, Slot, Source } from "./definition/plan.ts";
import { compileForRow, type FeatureRow, isInStream } from "./feature-row.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";

/**
 * @file What some rows of one user come to, slot by slot, so that they need not be counted again: the content of a tile, and of
 * a lifetime. As bytes, for every slot that has seen an event:
 *
 *     slot:varint  entries:varint  ([key:scalar]  newestMs:varint  state) x entries
 */
export class Part {
  readonly #slots: (SlotPart | undefined)[] = [];

  /** By key; `null` for a slot without one. */
  of(slot: Slot): SlotPart | undefined {
    return this.#slots[slot.index];
  }

  add(slot: Slot, key: Scalar | null, value: Scalar, row: FeatureRow): void {
    let entries = this.#slots[slot.index];
    if (!entries) {
      entries = new Map();
      this.#slots[slot.index] = entries;
    }
    addToEntries(entries, slot, key, value, row);
  }

  encode({ slots }: FeaturePlan): Uint8Array {
    const out = new PackedWriter();
    for (const slot of slots) {
      const entries = this.#slots[slot.index];
      if (!entries || entries.size === 0) continue;
      out.whole(slot.index);
      out.whole(entries.size);
      for (const [key, { newestMs, state }] of entries) {
        if (slot.keyKind !== "none") out.scalar(key);
        out.whole(newestMs);
        slot.aggregation.write(state, out);
      }
    }
    return out.take();
  }

  static decode(bytes: Uint8Array, { slots }: FeaturePlan): Part {
    const part = new Part();
    const reader = new PackedReader(bytes);
    while (!reader.isAtEnd) {
      const slot = slots[reader.whole()]!; // as written by this plan
      const entries: SlotPart = new Map();
      for (let left = reader.whole(); left > 0; left--) {
        const key = slot.keyKind === "none" ? null : reader.scalar();
        entries.set(key, { newestMs: reader.whole(), state: slot.aggregation.read(reader) });
      }
      part.#slots[slot.index] = entries;
    }
    return part;
  }
}

export type SlotPart = Map<Scalar | null, Entry>;

/** What the events under one key come to. */
export interface Entry {
  newestMs: number;
  readonly state: unknown;
}

export function addToEntries(
  entries: SlotPart,
  slot: Slot,
  key: Scalar | null,
  value: Scalar,
  row: FeatureRow,
): void {
  const entry = entryOf(entries, slot, key, row.timestampMs);
  slot.aggregation.update(entry.state, value, row);
}

/** Adds what other entries have seen; they stay as they are. */
export function mergeEntries(entries: SlotPart, slot: Slot, others: SlotPart): void {
  for (const [key, { newestMs, state }] of others)
    slot.aggregation.merge(entryOf(entries, slot, key, newestMs).state, state);
}

/** The entry under the key, made when there is none, that has now seen an event of this time. */
export function entryOf(entries: SlotPart, slot: Slot, key: Scalar | null, timestampMs: number): Entry {
  let entry = entries.get(key);
  if (!entry) {
    entry = { newestMs: timestampMs, state: slot.aggregation.prepare() };
    entries.set(key, entry);
  } else if (timestampMs > entry.newestMs) entry.newestMs = timestampMs;
  return entry;
}

/** How rows reach slots: for each source and stream, the slots with their keys and values as functions. */
export class RowReader {
  readonly #bySource: readonly (readonly (readonly SlotReader[])[])[];

  /** Only the slots for which `isWanted` holds. */
  constructor({ sources }: FeaturePlan, catalogue: Catalogue, isWanted: (slot: Slot) => boolean) {
    this.#bySource = sources.map((source) =>
      source.streams.map(({ slots }) =>
        slots.filter(isWanted).map((slot) => readerOf(slot, source, catalogue)),
      ),
    );
  }

  /** Calls with every slot that the row updates, its key and its value. */
  visit(row: FeatureRow, update: (slot: Slot, key: Scalar | null, value: Scalar) => void): void {
    const streams = this.#bySource[row.source.index]!;
    for (let n = 0; n < streams.length; n++) {
      const slots = streams[n]!;
      if (slots.length === 0 || !isInStream(row, n)) continue;
      for (const { slot, keyIn, valueIn } of slots) {
        const key = keyIn ? keyIn(row) : null;
        if (key === null && keyIn) continue; // absent
        const value = valueIn ? valueIn(row) : true;
        if (value !== null) update(slot, key, value);
      }
    }
  }
}

interface SlotReader {
  readonly slot: Slot;
  /** `undefined` for a slot without a key. */
  readonly keyIn: Evaluate<FeatureRow> | undefined;
  readonly valueIn: Evaluate<FeatureRow> | undefined;
}

function readerOf(slot: Slot, source: Source, catalogue: Catalogue): SlotReader {
  const itemColumn = source.columns.findIndex(({ op }) => op === "item");
  const keyIn: Evaluate<FeatureRow> | undefined =
    slot.keyKind === "item"
      ? ({ columns }) => columns[itemColumn]!
      : slot.key && compileForRow(slot.key, source, catalogue);
  return { slot, keyIn, valueIn: slot.value && compileForRow(slot.value, source, catalogue) };
}
