import type { Catalogue, EventView } from "#events";
import { isStandingChoice } from "#events";
import {
  type Arrival,
  choiceAt,
  countChoices,
  decodeChoices,
  encodeChoices,
  type StandingChoices,
} from "#sequences";
import type { StateOperation, StateReader } from "#storage";
import type { FeaturePlan } from "../definition/plan.ts";
import { decodeRows, type FeatureRow, RowMaker, type StandsFor } from "../feature-row.ts";
import { ItemState } from "../items/apply-items.ts";
import { Part, RowReader } from "../part.ts";
import { PlaceWriter } from "./event-places.ts";
import { decodeFeatureHead, emptyFeatureHead, encodeFeatureHead, type FeatureHead } from "./feature-head.ts";
import { featureKey } from "./feature-keys.ts";
import { sliceRows } from "./row-slices.ts";
import { type SealContext, SealedRows } from "./sealed-rows.ts";

/**
 * @file The step from the log to features: what new events, each once and in the order of the log, change in the features of their
 * users. It writes in the same atomic step as the sequence. An event costs a few bytes in its user's head; every `OPEN_ROWS` rows are
 * sealed: counted in the lifetime and put where windows find them. State depends on the order of events alone, not on runs.
 */
export class FeatureState {
  readonly #plan: FeaturePlan;
  readonly #catalogue: Catalogue;
  readonly #rows: RowMaker;
  readonly #lifetime: RowReader;
  readonly #tiled: RowReader;
  /** `undefined` where no feature is about items. */
  readonly #items: { readonly rows: RowMaker; readonly state: ItemState } | undefined;

  /** `catalogue` knows every item of the events that are to come. */
  constructor(plan: FeaturePlan, catalogue: Catalogue) {
    this.#plan = plan;
    this.#catalogue = catalogue;
    this.#rows = new RowMaker(plan, catalogue);
    this.#lifetime = new RowReader(plan, catalogue, ({ isLifetime }) => isLifetime);
    this.#tiled = new RowReader(plan, catalogue, ({ isTiled }) => isTiled);
    const { items } = plan;
    if (items.tallies.length > 0)
      this.#items = { rows: new RowMaker(items, catalogue), state: new ItemState(items, catalogue) };
  }

  /** The operations that bring features up to date with events of one partition; reads nothing of users whose events no feature reads. */
  async apply(
    byUser: ReadonlyMap<string, readonly Arrival[]>,
    partition: number,
    state: StateReader,
  ): Promise<StateOperation[]> {
    const concerned = [...byUser].filter(([, arrivals]) =>
      arrivals.some(({ event }) => this.#concerns(event)),
    );
    if (concerned.length === 0) return [];
    const keys = concerned.map(([userId]) => featureKey(userId, "h"));
    const stored = await state.get(keys);
    const operations: StateOperation[] = [];
    const byItem = new Map<number, FeatureRow[]>();
    for (const [n, [userId, arrivals]] of concerned.entries()) {
      const head = stored[n] ? decodeFeatureHead(stored[n]) : emptyFeatureHead();
      const update = new UserUpdate(userId, head, this.#lifetime, {
        state,
        plan: this.#plan,
        tiled: this.#tiled,
      });
      for (const arrival of arrivals) {
        if (this.#concernsPerson(arrival.event)) await this.#take(update, arrival);
        this.#takeOfItem(byItem, update.choices, arrival);
      }
      operations.push(...update.operations(keys[n]!));
    }
    if (this.#items && byItem.size > 0)
      for (const one of await this.#items.state.apply(byItem, partition, state)) operations.push(one);
    return operations;
  }

  #takeOfItem(
    byItem: Map<number, FeatureRow[]>,
    choices: StandingChoices | undefined,
    { offset, event }: Arrival,
  ): void {
    if (!this.#items?.rows.reads(event)) return;
    const item = this.#items.rows.itemRowOf(event);
    const row =
      item === undefined ? undefined : this.#items.rows.featureRowOf(event, offset, standsWith(choices));
    if (item === undefined || !row) return;
    const rows = byItem.get(item);
    if (rows) rows.push(row);
    else byItem.set(item, [row]);
  }

  #concerns(event: EventView): boolean {
    return this.#concernsPerson(event) || this.#items?.rows.reads(event) === true;
  }

  #concernsPerson(event: EventView): boolean {
    return this.#rows.reads(event) || (isStandingChoice(event) && event.consent() !== undefined);
  }

  async #take(update: UserUpdate, { offset, event }: Arrival): Promise<void> {
    if (isStandingChoice(event))
      update.choices = countChoices(update.choices, event, this.#catalogue.purposes);
    let row: Uint8Array | undefined;
    if (this.#rows.reads(event)) {
      const stands = standsWith(update.choices);
      row = this.#rows.rowOf(event, offset, (purpose, timestampMs) => {
        update.standsAt(timestampMs);
        return stands(purpose, timestampMs);
      });
    }
    if (row) await update.add(row);
    else await update.addPlace(offset);
  }
}

/** What holds for events that say nothing themselves: the choice in force when they happened, else the purpose's default. */
export function standsWith(choices: StandingChoices | undefined): StandsFor {
  return ({ name, default: byDefault }, timestampMs) =>
    (choices && choiceAt(choices[name] ?? [], timestampMs)) ?? byDefault === "granted";
}

/** Rows in the head before they are sealed. */
const OPEN_ROWS = 32;
/**
 * Where no window asks for rows, they are also sealed when they take half of what the lifetime does, which is what sealing reads and
 * writes: so a user takes little more than the lifetime, and sealing no more than in proportion to what came.
 */
const OPEN_SHARE = 0.5;
const LEAST_OPEN_BYTES = 192;
/** Places of events without a row in the head before they are written away. */
const OPEN_PLACES = 64;

/** One user's features on their way through a run of events. */
class UserUpdate {
  readonly #userId: string;
  readonly #head: FeatureHead;
  readonly #lifetimeRows: RowReader;
  readonly #context: SealContext;
  #choices: StandingChoices | undefined;
  #open: Uint8Array[];
  #openBytes: number;
  #lifetime: Part | undefined;
  /** Its bytes, when it changed. */
  #lifetimeValue: Uint8Array | undefined;
  #sealed: SealedRows | undefined;
  #openPlaces: number[];
  #places: PlaceWriter | undefined;
  #isChanged = false;

  constructor(userId: string, head: FeatureHead, lifetimeRows: RowReader, context: SealContext) {
    this.#userId = userId;
    this.#head = head;
    this.#lifetimeRows = lifetimeRows;
    this.#context = context;
    this.#choices = decodeChoices(head.choices);
    this.#open = [...head.openRows];
    this.#openPlaces = [...head.openPlaces];
    this.#openBytes = head.openRows.reduce((sum, { length }) => sum + length, 0);
  }

  get choices(): StandingChoices | undefined {
    return this.#choices;
  }

  set choices(choices: StandingChoices | undefined) {
    if (choices === this.#choices) return;
    this.#choices = choices;
    this.#head.choices = encodeChoices(choices);
    this.#isChanged = true;
  }

  /** An event of the time leaves something to standing choices. */
  standsAt(timestampMs: number): void {
    this.#head.standingMs = Math.max(this.#head.standingMs, Math.floor(timestampMs));
  }

  /** Keeps the place of an event of which there is no row. */
  async addPlace(offset: number): Promise<void> {
    this.#isChanged = true;
    this.#openPlaces.push(offset);
    if (this.#openPlaces.length >= OPEN_PLACES) await this.#writeAway([]);
  }

  /** Takes in a row; seals when that makes the head full. */
  async add(row: Uint8Array): Promise<void> {
    this.#isChanged = true;
    const [slice] = sliceRows(row);
    this.#head.newestMs = Math.max(this.#head.newestMs, slice!.timestampMs); // one row
    this.#open.push(row);
    this.#openBytes += row.length;
    this.#head.openCount++;
    if (this.#isFull) await this.#seal();
  }

  get #isFull(): boolean {
    const { openCount, lifetimeBytes } = this.#head;
    if (openCount >= OPEN_ROWS) return true;
    const most = Math.max(LEAST_OPEN_BYTES, OPEN_SHARE * lifetimeBytes);
    return this.#context.plan.horizonMs === 0 && this.#openBytes >= most;
  }

  operations(key: Uint8Array): StateOperation[] {
    if (!this.#isChanged) return [];
    this.#head.openRows = this.#open;
    this.#head.openPlaces = this.#openPlaces;
    const operations: StateOperation[] = [{ kind: "put", key, value: encodeFeatureHead(this.#head) }];
    if (this.#lifetimeValue)
      operations.push({ kind: "put", key: featureKey(this.#userId, "l"), value: this.#lifetimeValue });
    if (this.#sealed) operations.push(...this.#sealed.operations());
    if (this.#places) operations.push(...this.#places.operations());
    return operations;
  }

  async #writeAway(places: readonly number[]): Promise<void> {
    this.#places ??= new PlaceWriter(this.#userId, this.#head.placeCount, this.#context.state);
    await this.#places.add([...this.#openPlaces, ...places].sort((left, right) => left - right));
    this.#head.placeCount = this.#places.count;
    this.#openPlaces = [];
  }

  async #seal(): Promise<void> {
    const { plan, state } = this.#context;
    const bytes = Buffer.concat(this.#open);
    const slices = sliceRows(bytes);
    await this.#writeAway(slices.map(({ offset }) => offset));
    this.#open = [];
    this.#openBytes = 0;
    this.#head.openCount = 0;
    if (plan.tallies.some(({ isLifetime }) => isLifetime)) {
      if (!this.#lifetime) {
        const [stored] = this.#head.lifetimeBytes > 0 ? await state.get([featureKey(this.#userId, "l")]) : [];
        this.#lifetime = stored ? Part.decode(stored, plan) : new Part();
      }
      const lifetime = this.#lifetime;
      for (const row of decodeRows(bytes, plan))
        this.#lifetimeRows.visit(row, (tally, key, value) => lifetime.add(tally, key, value, row));
      this.#lifetimeValue = lifetime.encode(plan);
      this.#head.lifetimeBytes = this.#lifetimeValue.length;
    }
    const kept = slices.filter(({ source }) => plan.sources[source]!.keepsRows);
    if (kept.length === 0) return;
    this.#sealed ??= await SealedRows.open(this.#userId, this.#head.hasDirectory, this.#context);
    await this.#sealed.add(kept, this.#head.newestMs);
    this.#head.hasDirectory = true;
  }
}
