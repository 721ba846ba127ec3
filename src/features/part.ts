import type { Scalar } from "#declarations";
import type { Catalogue } from "#events";
import type { Evaluate } from "./definition/compile-expression.ts";
import type { EntityPlan, Source, Tally } from "./definition/plan.ts";
import { compileForRow, compileTags, type FeatureRow, isInStream } from "./feature-row.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";

/**
 * @file What some rows of one user come to, tally by tally, so that they need not be counted again: the content of a tile, and of
 * a lifetime. As bytes, for every tally that has seen an event (where it has no key, its one entry):
 *
 *     2 * tally after the one before, + 1 when all times are the one before:varint  [entries:varint]  ([key:scalar]  newestMs:time  state) x entries
 *
 * Tallies of the same events have the same times and places, which are left out of all but the first: see `packed-bytes.ts`.
 */
export class Part {
  readonly #tallies: (TallyPart | undefined)[] = [];

  /** By key; `null` for a tally without one. */
  of(tally: Tally): TallyPart | undefined {
    return this.#tallies[tally.index];
  }

  add(tally: Tally, key: Scalar | null, value: Scalar, row: FeatureRow): void {
    let entries = this.#tallies[tally.index];
    if (!entries) {
      entries = new TallyPart();
      this.#tallies[tally.index] = entries;
    }
    addToEntries(entries, tally, key, value, row);
  }

  /** `isSorted`: keys in order, so that the bytes do not tell in which order events came. */
  encode({ tallies }: Pick<EntityPlan, "tallies">, { isSorted = false } = {}): Uint8Array {
    const out = writer.reset();
    let before = 0;
    for (const tally of tallies) {
      const entries = this.#tallies[tally.index];
      if (!entries || entries.size === 0) continue;
      const step = 2 * (tally.index - before);
      before = tally.index;
      const isRepeated = out.repeating(() => {
        out.whole(step + 1);
        writeEntries(out, tally, entries, isSorted);
      });
      if (isRepeated) continue;
      out.whole(step);
      writeEntries(out, tally, entries, isSorted);
    }
    return out.take();
  }

  /** `wanted`: by tally, which are needed; what lies behind the last of them is not looked at. */
  static decode(
    bytes: Uint8Array,
    { tallies }: Pick<EntityPlan, "tallies">,
    wanted?: readonly boolean[],
  ): Part {
    const part = new Part();
    const walk = new PartWalk(bytes);
    while (walk.next() && (!wanted || walk.index < wanted.length)) {
      const tally = tallies[walk.index]!; // as written by this plan
      if (!wanted || wanted[walk.index]) part.#tallies[walk.index] = walk.entries(tally);
      else walk.skip(tally);
    }
    return part;
  }
}

/** Goes through a part as it is stored, from tally to tally. What each has must be read, or gone past, before the next. */
export class PartWalk {
  readonly reader: PackedReader;
  /** Number of the tally it is at. */
  index = 0;

  constructor(bytes: Uint8Array) {
    this.reader = new PackedReader(bytes);
  }

  /** False at the end. */
  next(): boolean {
    const { reader } = this;
    if (reader.isAtEnd) return false;
    const step = reader.whole();
    this.index += step >> 1;
    reader.isRepeating = (step & 1) === 1;
    return true;
  }

  entries(tally: Tally): TallyPart {
    const { reader } = this;
    const isKeyed = tally.keyKind !== "none";
    const entries = new TallyPart();
    for (let left = isKeyed ? reader.whole() : 1; left > 0; left--) {
      const key = isKeyed ? reader.scalar() : null;
      entries.set(key, { newestMs: reader.time(), state: tally.aggregation.read(reader) });
    }
    return entries;
  }

  skip({ keyKind, aggregation }: Tally): void {
    const { reader } = this;
    const isKeyed = keyKind !== "none";
    for (let left = isKeyed ? reader.whole() : 1; left > 0; left--) {
      if (isKeyed) reader.skipScalar();
      reader.time(); // later ones are told by their distance from it
      if (aggregation.skip) aggregation.skip(reader);
      else aggregation.read(reader);
    }
  }
}

function writeEntries(out: PackedWriter, tally: Tally, entries: TallyPart, isSorted: boolean): void {
  if (tally.keyKind !== "none") out.whole(entries.size);
  for (const [key, { newestMs, state }] of isSorted ? sortedByKey(entries) : entries) {
    if (tally.keyKind !== "none") out.scalar(key);
    out.time(newestMs);
    tally.aggregation.write(state, out);
  }
}

/** Used again and again: what is taken from it is a copy. */
const writer = new PackedWriter();

/** What the events of a tally come to, by key; the one entry of a tally without a key, under `null`, takes no map. */
export class TallyPart {
  #only: Entry | undefined;
  #byKey: Map<Scalar, Entry> | undefined;

  get size(): number {
    return (this.#only ? 1 : 0) + (this.#byKey?.size ?? 0);
  }

  get(key: Scalar | null): Entry | undefined {
    return key === null ? this.#only : this.#byKey?.get(key);
  }

  set(key: Scalar | null, entry: Entry): void {
    if (key === null) this.#only = entry;
    else {
      this.#byKey ??= new Map();
      this.#byKey.set(key, entry);
    }
  }

  delete(key: Scalar | null): void {
    if (key === null) this.#only = undefined;
    else this.#byKey?.delete(key);
  }

  [Symbol.iterator](): Iterator<readonly [Scalar | null, Entry]> {
    if (!this.#only) return (this.#byKey ?? NO_ENTRIES)[Symbol.iterator]();
    return [[null, this.#only] as const, ...(this.#byKey ?? NO_ENTRIES)][Symbol.iterator]();
  }
}

const NO_ENTRIES: ReadonlyMap<Scalar, Entry> = new Map();

function sortedByKey(entries: TallyPart): (readonly [Scalar | null, Entry])[] {
  return [...entries].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1));
}

/** What the events under one key come to. */
export interface Entry {
  newestMs: number;
  /** Events in it, where they are also taken back. */
  events?: number;
  readonly state: unknown;
}

export function addToEntries(
  entries: TallyPart,
  tally: Tally,
  key: Scalar | null,
  value: Scalar,
  row: FeatureRow,
): void {
  const entry = entryOf(entries, tally, key, row.timestampMs);
  tally.aggregation.update(entry.state, value, row);
}

/** As {@link addToEntries}, where events are taken back again, oldest first. */
export function addRemovable(
  entries: TallyPart,
  tally: Tally,
  key: Scalar | null,
  value: Scalar,
  row: FeatureRow,
): void {
  const entry = entryOf(entries, tally, key, row.timestampMs);
  entry.events = (entry.events ?? 0) + 1;
  tally.aggregation.update(entry.state, value, row);
}

/** Takes back the oldest event; an entry without any goes. */
export function removeOldest(
  entries: TallyPart,
  tally: Tally,
  key: Scalar | null,
  value: Scalar,
  row: FeatureRow,
): void {
  const entry = entries.get(key);
  if (!entry) return;
  entry.events = (entry.events ?? 1) - 1;
  if (entry.events === 0) entries.delete(key);
  else tally.aggregation.remove?.(entry.state, value, row);
}

/** Adds what other entries have seen; they stay as they are. */
export function mergeEntries(entries: TallyPart, tally: Tally, others: TallyPart): void {
  const merge = (key: Scalar | null, { newestMs, state }: Entry): void =>
    tally.aggregation.merge(entryOf(entries, tally, key, newestMs).state, state);
  const only = others.get(null);
  if (only) merge(null, only);
  else for (const [key, entry] of others) merge(key, entry);
}

/** The entry under the key, made when there is none, that has now seen an event of this time. */
export function entryOf(entries: TallyPart, tally: Tally, key: Scalar | null, timestampMs: number): Entry {
  let entry = entries.get(key);
  if (!entry) {
    entry = { newestMs: timestampMs, state: tally.aggregation.prepare() };
    entries.set(key, entry);
  } else if (timestampMs > entry.newestMs) entry.newestMs = timestampMs;
  return entry;
}

/** How rows reach tallies: for each source and stream, the tallies with their keys and values as functions. */
export class RowReader {
  readonly #bySource: readonly (readonly (readonly TallyReader[])[])[];

  /** Only the tallies for which `isWanted` holds. */
  constructor(
    { sources }: Pick<EntityPlan, "sources">,
    catalogue: Catalogue,
    isWanted: (tally: Tally) => boolean,
  ) {
    this.#bySource = sources.map((source) =>
      source.streams.map(({ tallies }) =>
        tallies.filter(isWanted).map((tally) => readerOf(tally, source, catalogue)),
      ),
    );
  }

  /** Calls with every tally that the row updates, its key and its value. */
  visit(row: FeatureRow, update: (tally: Tally, key: Scalar | null, value: Scalar) => void): void {
    const streams = this.#bySource[row.source.index]!;
    for (let n = 0; n < streams.length; n++) {
      const tallies = streams[n]!;
      if (tallies.length === 0 || !isInStream(row, n)) continue;
      for (const { tally, keyIn, valueIn, valuesIn } of tallies) {
        const key = keyIn ? keyIn(row) : null;
        if (key === null && keyIn) continue; // absent
        if (valuesIn) {
          for (const value of valuesIn(row)) update(tally, key, value);
          continue;
        }
        const value = valueIn ? valueIn(row) : true;
        if (value !== null) update(tally, key, value);
      }
    }
  }
}

interface TallyReader {
  readonly tally: Tally;
  /** `undefined` for a tally without a key. */
  readonly keyIn: Evaluate<FeatureRow> | undefined;
  readonly valueIn: Evaluate<FeatureRow> | undefined;
  /** Where an event contributes several values: the tags of its item. */
  readonly valuesIn: ((row: FeatureRow) => readonly string[]) | undefined;
}

function readerOf(tally: Tally, source: Source, catalogue: Catalogue): TallyReader {
  const keyIn: Evaluate<FeatureRow> | undefined =
    tally.keyKind === "item"
      ? ({ columns }) => columns[source.itemColumn]!
      : tally.key && compileForRow(tally.key, source, catalogue);
  const { value } = tally;
  const valuesIn = value?.op === "item-tags" ? compileTags(source, catalogue) : undefined;
  return { tally, keyIn, valueIn: value && compileForRow(value, source, catalogue), valuesIn };
}
