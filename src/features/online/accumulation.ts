import type { Scalar } from "#declarations";
import type { Catalogue, Item } from "#events";
import type { PersonControls } from "#sequences";
import type { FeatureValue } from "../aggregation.ts";
import { derive } from "../definition/derive.ts";
import type { Tally } from "../definition/plan.ts";
import { windowStart } from "../definition/window-start.ts";
import type { FeatureRow } from "../feature-row.ts";
import { addToEntries, entryOf, mergeEntries, type Part, PartWalk, TallyPart } from "../part.ts";
import { sortSlices } from "../state/row-slices.ts";
import { type CellPlan, type FeatureRequest, saysItems } from "./feature-request.ts";

/** What a feature came to. */
export interface Answer {
  readonly value: FeatureValue;
  /** Time of the newest event it reflects, ms. */
  readonly newestMs: number | undefined;
  /** Of a feature that is about a pair, whose value here is the map of all keys: what it is under one. */
  readonly under?: (key: string) => Answer;
}

/**
 * The features of one request at one moment, while what there is of a person is gathered: rows, tiles and lifetimes of each of their ids, in
 * any order. Every event must reach a cell once: by its row, or in a part.
 */
export class Accumulation {
  readonly #request: FeatureRequest;
  readonly #running: readonly (TallyPart | undefined)[];
  #atMs: number;
  /** By window. */
  readonly #startsMs: readonly number[];
  /** By cell; `undefined` where nothing was seen yet. */
  readonly #entries: (TallyPart | undefined)[];
  /** By cell; only of what was told without being gathered. */
  readonly #told: (FeatureValue | undefined)[];
  readonly #toldMs: number[];
  /** By cell; only of those whose window is a session. */
  readonly #sessions: readonly (SessionRow[] | undefined)[];

  /** `running`: cells that somebody else has gathered; no row reaches them. */
  constructor(request: FeatureRequest, atMs: number, running: readonly (TallyPart | undefined)[] = []) {
    this.#running = running;
    this.#request = request;
    this.#atMs = atMs;
    this.#startsMs = request.windows.map((window) => windowStart(window, atMs, request.plan.entity));
    const size = request.cells.length; // lists that grow, or have holes, are slow
    this.#entries = running.length > 0 ? [...running] : new Array<undefined>(size).fill(undefined);
    this.#told = new Array<FeatureValue | undefined>(size).fill(undefined);
    this.#toldMs = new Array<number>(size).fill(Number.NaN);
    this.#sessions = request.hasSessions
      ? request.cells.map(({ planned }) => (planned.window.kind === "session" ? [] : undefined))
      : NO_SESSIONS;
  }

  /** The same seen from a later time, where somebody else gathers every cell. */
  movedTo(atMs: number): this {
    this.#atMs = atMs;
    return this;
  }

  /** Exclusive, by window. */
  get startsMs(): readonly number[] {
    return this.#startsMs;
  }

  /** Adds a row that is in no part. */
  addRow(row: FeatureRow): void {
    this.#visit(row, () => Number.POSITIVE_INFINITY, true);
  }

  /** Adds a row that the lifetime has, and tiles have from a time on, by window. */
  addSealedRow(row: FeatureRow, edgeEndsMs: readonly number[]): void {
    this.#visit(row, (window) => edgeEndsMs[window]!, false);
  }

  addLifetime(part: Part): void {
    this.#merge(part, ({ planned }) => planned.window.kind === "lifetime");
  }

  /**
   * As {@link addLifetime}, of a part as it is stored, once all rows are added. Of the `isOnly` one of a person, what no row has reached is told
   * as it lies there, without a state.
   */
  readLifetime(bytes: Uint8Array, isOnly: boolean): void {
    const { plan, tallies, toldCells, tellers } = this.#request;
    const walk = new PartWalk(bytes);
    const { reader } = walk;
    while (walk.next() && walk.index < tallies.length) {
      const { index } = walk;
      const cell = isOnly ? toldCells[index]! : -1; // one for each
      if (cell >= 0 && !this.#entries[cell]) {
        this.#toldMs[cell] = reader.time();
        this.#told[cell] = tellers[index]!(reader, this.#atMs); // of what is told
      } else {
        const tally = plan.tallies[index]!; // as written by this plan
        if (tallies[index]) this.#takeLifetime(tally, walk.entries(tally));
        else walk.skip(tally);
      }
    }
  }

  /** Entries that nobody else has: where they are the first of a cell, they become the cell's. */
  #takeLifetime(tally: Tally, others: TallyPart): void {
    const { cells, cellsOf } = this.#request;
    const own = cellsOf[tally.index]!;
    for (const n of own) {
      if (cells[n]!.planned.window.kind !== "lifetime") continue;
      if (!this.#entries[n] && own.length === 1) this.#entries[n] = others;
      else mergeEntries(this.#at(n), tally, others);
    }
  }

  /** Adds a tile to the cells of one window. */
  addTile(part: Part, window: number): void {
    this.#merge(part, (cell) => cell.window === window);
  }

  /** The features asked for, in order, as {@link answers} says them. */
  finish(catalogue: Catalogue, controls?: PersonControls): (Answer | undefined)[] {
    const answer = this.answers(catalogue, controls);
    return this.#request.asked.map((_, place) => answer(place));
  }

  /**
   * What the feature asked for at a place came to; `undefined` for a name that no feature has.
   * @param controls what the person muted and had forgotten: no item of it counts under a key, and none is a value
   */
  answers(catalogue: Catalogue, controls?: PersonControls): (place: number) => Answer | undefined {
    const { cells, cellOf, plan, asked } = this.#request;
    const said = { catalogue, controls, isSensitive: plan.isSensitive };
    const ofCells: Answer[] = [];
    const derived = new Map<string, Answer>();
    const ofCell = (cell: number): Answer => {
      const known = ofCells[cell];
      if (known) return known;
      const answer = this.#finishCell(cells[cell]!, cell, said);
      ofCells[cell] = answer;
      return answer;
    };
    const answerOf = (name: string): Answer => {
      const cell = cellOf.get(name);
      const known = cell === undefined ? derived.get(name) : ofCell(cell);
      if (known) return known;
      const planned = plan.features.get(name);
      if (planned?.kind !== "derived") return { value: null, newestMs: undefined };
      let newestMs: number | undefined;
      const read = (input: string): FeatureValue => {
        const answer = answerOf(input);
        if (answer.newestMs !== undefined) newestMs = Math.max(newestMs ?? 0, answer.newestMs);
        return answer.value;
      };
      const value = derive(planned.definition.expression, read, catalogue);
      const answer = { value, newestMs };
      derived.set(name, answer);
      return answer;
    };
    return (place) => {
      const { name, planned, cell } = asked[place]!;
      return cell === undefined ? planned && answerOf(name) : ofCell(cell);
    };
  }

  /** What a cell came to that is plain; `undefined` for others. */
  told(cell: number): FeatureValue | undefined {
    const known = this.#told[cell];
    const aggregation = this.#request.plain[cell];
    if (known !== undefined || !aggregation) return known;
    const only = this.#entries[cell]?.get(null);
    return aggregation.finalize(only ? only.state : aggregation.prepare(), this.#atMs);
  }

  /** Time of the newest event that what was told reflects, ms; NaN where there is none. */
  toldMs(cell: number): number {
    if (this.#told[cell] !== undefined) return this.#toldMs[cell]!; // one for each
    return this.#entries[cell]?.get(null)?.newestMs ?? Number.NaN;
  }

  /** What is gathered of a cell. */
  #at(cell: number): TallyPart {
    let entries = this.#entries[cell];
    if (!entries) {
      entries = new TallyPart();
      this.#entries[cell] = entries;
    }
    return entries;
  }

  #visit(row: FeatureRow, edgeEndMs: (window: number) => number, isOpen: boolean): void {
    const { cellsOf, cellWindows } = this.#request;
    const { timestampMs } = row;
    this.#request.rows.visit(row, (tally, key, value) => {
      for (const n of cellsOf[tally.index]!) {
        if (this.#running[n]) continue;
        const window = cellWindows[n]!; // one for each
        const startMs = this.#startsMs[window]!;
        if (startMs === Number.NEGATIVE_INFINITY && !isOpen) continue; // a lifetime has it
        if (timestampMs <= startMs || timestampMs >= edgeEndMs(window)) continue;
        const session = this.#sessions[n];
        if (session) session.push({ key, value, row, ...placeOf(row) });
        else addToEntries(this.#at(n), tally, key, value, row);
      }
    });
  }

  #merge(part: Part, isWanted: (cell: CellPlan) => boolean): void {
    for (const [n, cell] of this.#request.cells.entries()) {
      if (!isWanted(cell)) continue;
      const { tally } = cell.planned;
      const others = part.of(tally);
      if (others) mergeEntries(this.#at(n), tally, others);
    }
  }

  #finishCell(cell: CellPlan, n: number, said: Said): Answer {
    const { planned, keysOfItem } = cell;
    const { tally, definition } = planned;
    const whole = this.#told[n];
    if (whole !== undefined) return { value: whole, newestMs: this.#toldMs[n] };
    const session = this.#sessions[n];
    if (!definition.keyedBy && !session && !keysOfItem && !saysItems(tally)) {
      const only = this.#entries[n]?.get(null);
      const value = tally.aggregation.finalize(only ? only.state : tally.aggregation.prepare(), this.#atMs);
      return { value, newestMs: only?.newestMs };
    }
    let entries = this.#at(n);
    if (session) entries = this.#sessionEntries(session, cell);
    if (keysOfItem) entries = this.#byItem(entries, cell, keysOfItem, said);
    let newestMs: number | undefined;
    for (const [, entry] of entries) newestMs = Math.max(newestMs ?? 0, entry.newestMs);
    const { aggregation } = tally;
    const finalize = (state: unknown): FeatureValue => {
      if (!saysItems(tally)) return aggregation.finalize(state, this.#atMs);
      const isOpen = openTo(said);
      const open = aggregation.without?.(state, (row) => !isOpen(said.catalogue.at(row))) ?? state;
      return sayable(aggregation.finalize(open, this.#atMs), tally.value?.op === "item-tags", isOpen, said);
    };
    if (!definition.keyedBy)
      return { value: finalize(entries.get(null)?.state ?? tally.aggregation.prepare()), newestMs };
    const named = Array.from(entries, ([key, entry]) => [String(key), entry] as const);
    const told = named.filter(([key]) => !said.isSensitive(key));
    const values = told.map(([key, { state }]) => [key, finalize(state)] as const);
    values.sort(([left], [right]) => (left < right ? -1 : 1));
    const value = Object.fromEntries(values) as FeatureValue; // of scalars and lists, as aggregations make them
    if (!definition.isCross) return { value, newestMs };
    const byKey = new Map(
      told.map(([key, { state, newestMs }]): [string, Answer] => [key, { value: finalize(state), newestMs }]),
    );
    const under = (key: string): Answer =>
      byKey.get(key) ?? { value: finalize(tally.aggregation.prepare()), newestMs: undefined };
    return { value, newestMs, under };
  }

  /** The newest rows that are close enough to each other, when the newest is close enough to now. */
  #sessionEntries(rows: SessionRow[], { planned: { window, tally } }: CellPlan): TallyPart {
    const entries = new TallyPart();
    if (window.kind !== "session") return entries;
    let laterMs = this.#atMs;
    const sorted = sortSlices(rows);
    let first = sorted.length;
    for (; first > 0 && laterMs - sorted[first - 1]!.timestampMs <= window.gapMs; first--)
      laterMs = sorted[first - 1]!.timestampMs;
    for (const { key, value, row } of sorted.slice(first)) addToEntries(entries, tally, key, value, row);
    return entries;
  }

  /** From what is kept by item to what is asked for by what the catalogue says of items. */
  #byItem(
    entries: TallyPart,
    { planned: { tally } }: CellPlan,
    keysOfItem: NonNullable<CellPlan["keysOfItem"]>,
    { catalogue, controls }: Said,
  ): TallyPart {
    const found = new TallyPart();
    for (const [itemRow, { newestMs, state }] of entries) {
      if (typeof itemRow !== "number") continue;
      const item = catalogue.at(itemRow);
      if (controls && !controls.counts(item, newestMs)) continue;
      const keys = keysOfItem(item);
      for (const key of keys === "all" ? [null] : keys)
        tally.aggregation.merge(entryOf(found, tally, key, newestMs).state, state);
    }
    return found;
  }
}

/** What is known of items, and of which of them nothing may be said. */
interface Said {
  readonly catalogue: Catalogue;
  readonly controls: PersonControls | undefined;
  readonly isSensitive: (topic: string) => boolean;
}

type AboutItem = Pick<Item, "tags" | "itemId">;

/** Whether anything may be said of an item: nothing where it is about what is sensitive, or what the person muted or had forgotten. */
function openTo({ controls, isSensitive }: Said): (item: AboutItem) => boolean {
  const isHidden = !controls || controls.isEmpty ? undefined : controls.hiding([]);
  return (item) => !item.tags.some(isSensitive) && !isHidden?.(item);
}

/** A value made of ids of items, or of topics, without what may not be said. */
function sayable(
  value: FeatureValue,
  isOfTopics: boolean,
  isOpen: (item: AboutItem) => boolean,
  { catalogue }: Said,
): FeatureValue {
  const isSayable = (name: unknown): boolean => {
    if (typeof name !== "string") return true;
    if (isOfTopics) return isOpen({ tags: [name], itemId: "" as Item["itemId"] }); // of no item
    const row = catalogue.rowOf(name);
    return row === undefined || isOpen(catalogue.at(row));
  };
  if (Array.isArray(value)) return value.filter(isSayable) as FeatureValue; // of what it was made of
  return isSayable(value) ? value : null;
}

const NO_SESSIONS: readonly undefined[] = [];

interface SessionRow {
  readonly key: Scalar | null;
  readonly value: Scalar;
  readonly row: FeatureRow;
  readonly timestampMs: number;
  readonly offset: number;
}

function placeOf({ timestampMs, offset }: FeatureRow): { timestampMs: number; offset: number } {
  return { timestampMs, offset };
}
