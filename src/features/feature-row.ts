import type { ExpressionTree, NamedPurpose, Scalar } from "#declarations";
import type { Catalogue, EventView, ItemFacts } from "#events";
import type { Place } from "./aggregation.ts";
import { compileExpression, type Evaluate, timePart } from "./definition/compile-expression.ts";
import type { Column, EntityPlan, Source } from "./definition/plan.ts";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";

/**
 * @file What is kept of an event for features: its time and place, which streams of its source it belongs to (settled once, when it
 * is applied: what it says, and what it may be used for), and the columns that keys and values are made of. Rows lie one after
 * the other:
 *
 *     bytes:varint (of the rest)  source:varint  timestampMs:varint  offset:varint  streams: one bit each, in bytes  columns: scalars
 */
export interface FeatureRow extends Place {
  readonly source: Source;
  /** One bit for each stream of the source. */
  readonly streams: Uint8Array;
  /** By the source's columns; the item as its row in the catalogue, and the edition of what was said of it. */
  readonly columns: readonly (Scalar | null)[];
}

export function isInStream({ streams }: FeatureRow, stream: number): boolean {
  return ((streams[stream >> 3]! >> (stream & 7)) & 1) === 1;
}

/** Longer texts are absent: a column is a key or a value, not a document. */
const MAX_TEXT = 512;

/** Whether events may be used for a purpose that said nothing themselves. */
export type StandsFor = (purpose: NamedPurpose, timestampMs: number) => boolean;

/** Makes rows of events by a plan. */
export class RowMaker {
  readonly #byAction = new Map<string | undefined, CompiledSource>();
  readonly #catalogue: Catalogue;
  readonly #writer = new PackedWriter();

  constructor({ sources }: Pick<EntityPlan, "sources">, catalogue: Catalogue) {
    this.#catalogue = catalogue;
    for (const source of sources) this.#byAction.set(source.action, compileSource(source, catalogue));
  }

  /** Whether any feature reads events like this one. */
  reads({ kind, name }: EventView): boolean {
    if (kind === "track") return this.#byAction.has(name);
    return kind === "identify" && this.#byAction.has(undefined);
  }

  /** The row's bytes; `undefined` when no stream has it. */
  rowOf(event: EventView, offset: number, stands: StandsFor): Uint8Array | undefined {
    const made = this.#make(event, stands);
    return made && this.#encode(made, offset).takeSized();
  }

  /** Writes the row's bytes behind what is there; false when no stream has it. */
  appendRow(out: PackedWriter, event: EventView, offset: number, stands: StandsFor): boolean {
    const made = this.#make(event, stands);
    if (made) out.sized(this.#encode(made, offset));
    return made !== undefined;
  }

  /** As {@link appendRow}, the row in the streams for whose purposes the event says nothing itself, whatever stands. */
  appendUndecided(out: PackedWriter, event: EventView, offset: number): boolean {
    const made = this.#make(event, () => true, false);
    if (made) out.sized(this.#encode(made, offset));
    return made !== undefined;
  }

  /** The row itself. */
  featureRowOf(event: EventView, offset: number, stands: StandsFor): FeatureRow | undefined {
    const made = this.#make(event, stands);
    if (!made) return undefined;
    const { source, streams, subject } = made;
    const columns = made.columns.map((valueIn) => valueIn(subject));
    return {
      ...{ source, timestampMs: subject.timestampMs, offset, streams: streams.slice(), columns },
      itemRow: itemRowIn(columns, source),
    };
  }

  /** The event's item by its number in the catalogue. */
  itemRowOf(event: EventView): number | undefined {
    const [itemId] = event.scalars(ITEM_ID);
    return typeof itemId === "string" ? this.#catalogue.rowOf(itemId) : undefined;
  }

  /** `hearsWords`: false leaves out the streams for whose purposes the event speaks itself. */
  #make(event: EventView, stands: StandsFor, hearsWords = true): MadeRow | undefined {
    const compiled = this.#byAction.get(event.kind === "track" ? event.name : undefined);
    if (!compiled || (event.kind !== "track" && event.kind !== "identify")) return undefined;
    const { source, conditions, names, columns, streams } = compiled;
    const subject = new EventSubject(event, names);
    const said = event.consent();
    streams.fill(0);
    let isAny = false;
    for (let n = 0; n < source.streams.length; n++) {
      const { purpose } = source.streams[n]!;
      const word = said?.[purpose.name];
      if (!(word === undefined ? stands(purpose, event.timestampMs) : word && hearsWords)) continue;
      const holds = conditions[n];
      if (holds && holds(subject) !== true) continue;
      streams[n >> 3]! |= 1 << (n & 7);
      isAny = true;
    }
    return isAny ? { subject, source, columns, streams } : undefined;
  }

  #encode({ subject, source, columns, streams }: MadeRow, offset: number): PackedWriter {
    const out = this.#writer.reset();
    out.whole(source.index);
    out.whole(subject.timestampMs);
    out.whole(offset);
    out.bytes(streams);
    for (const valueIn of columns) out.scalar(valueIn(subject));
    return out;
  }
}

/** A row on its way; its streams are those of the next row when that is made. */
interface MadeRow {
  readonly subject: EventSubject;
  readonly source: Source;
  readonly columns: readonly Evaluate<EventSubject>[];
  readonly streams: Uint8Array;
}

interface CompiledSource {
  readonly source: Source;
  /** By stream. */
  readonly conditions: readonly (Evaluate<EventSubject> | undefined)[];
  /** Of the properties that are asked for, in UTF-8. */
  readonly names: readonly Uint8Array[];
  readonly columns: readonly Evaluate<EventSubject>[];
  /** Used for row after row. */
  readonly streams: Uint8Array;
}

function compileSource(source: Source, catalogue: Catalogue): CompiledSource {
  const asked: string[] = [];
  const propertyOf = (name: string): Evaluate<EventSubject> => {
    if (!asked.includes(name)) asked.push(name);
    const place = asked.indexOf(name);
    return (subject) => subject.property(place);
  };
  const columnOf = ({ op, name }: Column): Evaluate<EventSubject> => {
    if (op === "user") return ({ userId }) => userId;
    if (op === "edition") return ({ itemEdition }) => itemEdition;
    if (op === "trait") return (subject) => subject.trait(name);
    if (op === "property") return propertyOf(name);
    const itemIdIn = propertyOf("itemId");
    return (subject) => {
      const itemId = itemIdIn(subject);
      return typeof itemId === "string" ? (catalogue.rowOf(itemId) ?? null) : null;
    };
  };
  const leafOf = (leaf: ExpressionTree): Evaluate<EventSubject> => {
    switch (leaf.op) {
      case "property": {
        const valueIn = propertyOf(leaf.name);
        return (subject) => ofType(valueIn(subject), leaf.type);
      }
      case "trait":
        return (subject) => ofType(subject.trait(leaf.name), leaf.type);
      case "action":
        return ({ action }) => action;
      case "item-id": {
        const itemIdIn = propertyOf("itemId");
        return (subject) => ofType(itemIdIn(subject), "text");
      }
      case "hour":
      case "weekday":
      case "day": {
        const part = leaf.op;
        return ({ timestampMs }) => timePart(part, timestampMs);
      }
      default:
        return () => null; // the catalogue's word is no part of what the event says
    }
  };
  const conditions = source.streams.map(({ where }) => where && compileExpression(where, leafOf));
  const columns = source.columns.map(columnOf);
  const names = asked.map((name) => Buffer.from(name));
  const streams = new Uint8Array((source.streams.length + 7) >> 3);
  return { source, conditions, names, columns, streams };
}

const TYPES = { text: "string", number: "number", boolean: "boolean" } as const;

/** The value, or absent when it is of another type. */
export function ofType(value: Scalar | null, type: keyof typeof TYPES): Scalar | null {
  return typeof value === TYPES[type] ? value : null;
}

const ITEM_ID = [Buffer.from("itemId")];

/** An event as conditions and columns ask for it: nothing is unpacked but the properties they name, and what is said of oneself where they want it. */
class EventSubject {
  readonly userId: string;
  readonly action: string;
  readonly timestampMs: number;
  readonly #view: EventView;
  readonly #properties: readonly unknown[];
  #traits: Readonly<Record<string, unknown>> | undefined;

  constructor(view: EventView, names: readonly Uint8Array[]) {
    this.#view = view;
    this.userId = view.userId;
    this.action = view.name;
    this.timestampMs = Math.floor(view.timestampMs);
    this.#properties = names.length > 0 ? view.scalars(names) : NONE;
  }

  get itemEdition(): number {
    return this.#view.itemEdition();
  }

  /** By its place among the names. */
  property(place: number): Scalar | null {
    return scalarOf(this.#properties[place]);
  }

  trait(name: string): Scalar | null {
    this.#traits ??= this.#view.event().traits;
    return scalarIn(this.#traits, name);
  }
}

const NONE: readonly unknown[] = [];

function scalarIn(fields: Readonly<Record<string, unknown>>, name: string): Scalar | null {
  return Object.hasOwn(fields, name) ? scalarOf(fields[name]) : null;
}

function scalarOf(value: unknown): Scalar | null {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.length <= MAX_TEXT ? value : null;
  return typeof value === "number" && Number.isFinite(value) ? value + 0 : null; // no negative zero
}

/** Each row of the bytes, one after the other; only those of the sources for which `isWanted` holds, where it is given. */
export function decodeRows(
  bytes: Uint8Array,
  { sources }: Pick<EntityPlan, "sources">,
  isWanted?: readonly boolean[],
): FeatureRow[] {
  const rows: FeatureRow[] = [];
  const reader = new PackedReader(bytes);
  while (!reader.isAtEnd) {
    const size = reader.whole();
    const end = reader.at + size;
    const index = reader.whole();
    if (!isWanted || isWanted[index]) {
      const source = sources[index]!; // as written by this plan
      const timestampMs = reader.whole();
      const offset = reader.whole();
      const streams = streamsIn(reader, (source.streams.length + 7) >> 3);
      const columns: (Scalar | null)[] = [];
      for (let left = source.columns.length; left > 0; left--) columns.push(reader.scalar());
      rows.push({ source, timestampMs, offset, streams, columns, itemRow: itemRowIn(columns, source) });
    }
    reader.at = end;
  }
  return rows;
}

function itemRowIn(columns: readonly (Scalar | null)[], { itemColumn }: Source): number | undefined {
  const row = itemColumn < 0 ? null : columns[itemColumn];
  return typeof row === "number" ? row : undefined;
}

/** Most sources have few streams: their sets are there once, and no row makes one. */
const FEW_STREAMS = Array.from({ length: 256 }, (_, bits) => Uint8Array.of(bits));

function streamsIn(reader: PackedReader, size: number): Uint8Array {
  return size === 1 ? FEW_STREAMS[reader.byte()]! : reader.bytes(size); // one for each byte
}

/** How a key or a value is read from a row. */
export function compileForRow(
  tree: ExpressionTree,
  source: Source,
  catalogue: Catalogue,
): Evaluate<FeatureRow> {
  const columnAt = (op: Column["op"], name: string): number =>
    source.columns.findIndex((column) => column.op === op && column.name === name);
  return compileExpression<FeatureRow>(tree, (leaf) => {
    switch (leaf.op) {
      case "property":
      case "trait": {
        const column = columnAt(leaf.op, leaf.name);
        return ({ columns }) => ofType(columns[column]!, leaf.type);
      }
      case "action":
        return () => source.action ?? null;
      case "item-id": {
        const column = columnAt("item", "");
        return ({ columns }) => {
          const row = columns[column];
          return typeof row === "number" ? catalogue.at(row).itemId : null;
        };
      }
      case "user-id": {
        const column = columnAt("user", "");
        return ({ columns }) => columns[column]!;
      }
      case "hour":
      case "weekday":
      case "day": {
        const part = leaf.op;
        return ({ timestampMs }) => timePart(part, timestampMs);
      }
      case "item-attribute": {
        const { name, type } = leaf;
        const factsOf = compileFacts(source, catalogue);
        return (row) => attributeOf(factsOf(row), name, type);
      }
      default:
        return () => null; // tags are several: see `compileTags`
    }
  });
}

/** How the tags that the item had when the event came are read from a row, each once. */
export function compileTags(source: Source, catalogue: Catalogue): (row: FeatureRow) => readonly string[] {
  const factsOf = compileFacts(source, catalogue);
  return (row) => [...new Set(factsOf(row).tags)];
}

/** How what was said of the item when the event came is read from a row. */
function compileFacts({ columns: kept }: Source, catalogue: Catalogue): (row: FeatureRow) => ItemFacts {
  const item = kept.findIndex(({ op }) => op === "item");
  const edition = kept.findIndex(({ op }) => op === "edition");
  return ({ columns }) => {
    const [row, met] = [columns[item], columns[edition]];
    return typeof row === "number" && typeof met === "number"
      ? catalogue.factsAt(row, met)
      : catalogue.factsAt(0, 0); // of no item nothing is said
  };
}

/** An attribute of an item, absent when it is of another type. */
export function attributeOf(
  { attributes }: Pick<ItemFacts, "attributes">,
  name: string,
  type: keyof typeof TYPES,
): Scalar | null {
  return ofType(scalarIn(attributes, name), type);
}
