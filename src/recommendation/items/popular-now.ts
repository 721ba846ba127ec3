import { type Clock, HOUR_MS, type ItemRow, monotonicMs, nextTurn, SECOND_MS } from "#base";
import {
  type Actions,
  type Catalogue,
  consentBits,
  type EventView,
  type IdentityGraph,
  type NamedPurpose,
  SHARED_PARTITION,
  UNNAMED,
  viewEvent,
} from "#events";
import { readPerson, type UserRecord, usableFor } from "#sequences";
import type { EventLog, StateReader } from "#storage";
import type { Proposal, Query } from "../pipeline.ts";

/**
 * @file What people engage with right now: per item (and surface) the sum of `strength x 2^(-age / half-life)` over engagements that may be
 * used. It is counted off the log when somebody asks, at most once a second and at most the newest records, so that ingestion
 * pays nothing for it and a burst is sampled instead of queued up; who asks has the count before, and waits only for the first. Counting gives way to
 * requests after every few records. A question about a time is answered by a count that had seen nothing later, and the pages of a list by the same one.
 * What a sender dates ahead of the clock counts as of now: one wrong date would outweigh everybody, and hide every count until its day has come.
 */
export interface PopularNowParts {
  readonly log: EventLog;
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purpose: NamedPurpose;
  readonly clock: Clock;
}

const REFRESH_MS = SECOND_MS;
/** Looked at in one refresh: what is older is left out. */
const RECORDS_AT_ONCE = 20_000;
/** Records between two looks after requests: a millisecond or two. */
const RECORDS_A_TURN = 32;
const ITEMS_KEPT = 1000;
/** Counts kept for questions about some minutes ago, such as a later page of a list: one is taken a second at most, and has 12 KB a surface. */
const COUNTS_KEPT = 300;
/** Weights grow by 2 with each half-life instead of shrinking; beyond this many of them they are scaled down. */
const HALF_LIVES = 500;

/** Every surface together. */
const ANYWHERE = "";

interface Count {
  /** When it was taken, by `monotonicMs`. */
  readonly takenMs: number;
  /** Of the newest engagement in it. */
  readonly newestMs: number;
  readonly bySurface: ReadonlyMap<string, Best>;
}

/** The best items of a surface, best first. */
interface Best {
  readonly itemRows: Uint32Array;
  readonly weights: Float64Array;
}

export class PopularNow {
  readonly #parts: PopularNowParts;
  readonly #halfLifeMs: number;
  /** Surface -> item row -> weight, in units of an engagement at `#referenceMs`. */
  readonly #weights = new Map<string, Map<ItemRow, number>>();
  /** Surface -> items that gained weight since the last count. */
  readonly #gained = new Map<string, Set<ItemRow>>();
  /** What people said of consent, each read once a count. */
  readonly #choices = new Map<string, UserRecord["consent"]>();
  #referenceMs: number | undefined;
  #newestMs = Number.NEGATIVE_INFINITY;
  /** Oldest first. */
  readonly #counts: Count[] = [];
  readonly #positions: number[] = [];
  #refreshedMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(parts: PopularNowParts, halfLifeHours: number) {
    this.#parts = parts;
    this.#halfLifeMs = halfLifeHours * HOUR_MS;
  }

  /**
   * The `n` most popular items of a surface (`undefined`: of all together), best first, as they were when the request came in; none when
   * nothing is known of so early a time.
   */
  async top(
    surface: string | undefined,
    { asOfMs, cameMs }: Pick<Query, "asOfMs" | "cameMs">,
    n = ITEMS_KEPT,
  ): Promise<readonly Proposal[]> {
    if (monotonicMs() - this.#refreshedMs >= REFRESH_MS) this.refresh().catch(() => {}); // the next who asks tries again
    if (this.#counts.length === 0) await this.#refreshing;
    const counts = this.#counts.filter(({ newestMs }) => newestMs <= asOfMs);
    const count = counts.findLast(({ takenMs }) => takenMs <= cameMs) ?? counts[0];
    const { itemRows, weights } = count?.bySurface.get(surface ?? ANYWHERE) ?? NONE;
    return Array.from(weights.subarray(0, n), (score, place) => ({
      itemRow: itemRows[place] as ItemRow, // kept as such
      score,
    }));
  }

  /** Counts what came since the last time. */
  refresh(): Promise<void> {
    this.#refreshedMs = monotonicMs();
    this.#refreshing = this.#refreshing
      .catch(() => {})
      .then(() => this.#countOn())
      .finally(() => {
        this.#refreshedMs = monotonicMs(); // where counting takes long it rests as well
      });
    return this.#refreshing;
  }

  async #countOn(): Promise<void> {
    const { log } = this.#parts;
    this.#choices.clear();
    for (let partition = 0; partition < log.partitionCount; partition++) {
      if (partition === SHARED_PARTITION) continue;
      const end = log.end(partition);
      const first = Math.max(this.#positions[partition] ?? 0, log.start(partition), end - RECORDS_AT_ONCE);
      for (let next = first; next < end; ) {
        const records = await log.read(partition, next, end - next);
        for (const [n, { offset, bytes }] of records.entries()) {
          if (bytes.length > 0) await this.#add(viewEvent(bytes));
          this.#positions[partition] = offset + 1;
          if (n % RECORDS_A_TURN === 0) await nextTurn();
        }
        next = (records.at(-1)?.offset ?? end) + 1;
      }
      this.#positions[partition] = end;
    }
    if (this.#gained.size === 0) return;
    this.#counts.push({ takenMs: monotonicMs(), newestMs: this.#newestMs, bySurface: this.#best() });
    this.#gained.clear();
    if (this.#counts.length > COUNTS_KEPT) this.#counts.shift();
  }

  /** Weights only grow: whoever is among the best now was before, or has gained since. */
  #best(): Count["bySurface"] {
    const before = this.#counts.at(-1)?.bySurface;
    const bySurface = new Map(before);
    for (const [surface, gained] of this.#gained) {
      const weights = this.#weights.get(surface)!; // in which they gained
      for (const itemRow of before?.get(surface)?.itemRows ?? []) gained.add(itemRow as ItemRow); // kept as such
      bySurface.set(surface, best(gained, weights));
    }
    return bySurface;
  }

  async #add(event: EventView): Promise<void> {
    const { actions, catalogue, clock } = this.#parts;
    const strength = event.kind === "track" ? (actions.named(event.name)?.strength ?? 0) : 0;
    if (strength === 0) return;
    const { itemId, surface } = event.rowProperties();
    const itemRow = itemId === undefined ? undefined : catalogue.rowOf(itemId);
    if (itemRow === undefined || !(await this.#isUsable(event))) return;
    const happenedMs = Math.min(event.timestampMs, clock.nowMs());
    const weight = strength * this.#growthAt(happenedMs);
    const isNamed = surface !== undefined && (catalogue.surfaces.codeOf(surface) ?? UNNAMED) !== UNNAMED;
    this.#gain(ANYWHERE, itemRow, weight);
    if (isNamed) this.#gain(surface, itemRow, weight);
    this.#newestMs = Math.max(this.#newestMs, happenedMs);
  }

  #gain(surface: string, itemRow: ItemRow, weight: number): void {
    const weights = this.#weights.get(surface) ?? new Map<ItemRow, number>();
    this.#weights.set(surface, weights.set(itemRow, (weights.get(itemRow) ?? 0) + weight));
    const gained = this.#gained.get(surface) ?? new Set();
    this.#gained.set(surface, gained.add(itemRow));
  }

  async #isUsable(event: EventView): Promise<boolean> {
    const { state, identity, purpose, catalogue } = this.#parts;
    const { userId } = event;
    if (!this.#choices.has(userId))
      this.#choices.set(userId, (await readPerson(state, identity.idsOf(userId)))?.record.consent);
    const consent = consentBits(event.consent(), catalogue.purposes);
    const { timestampMs } = event;
    return usableFor(purpose, this.#choices.get(userId), catalogue)({ timestampMs, consent });
  }

  #growthAt(timestampMs: number): number {
    this.#referenceMs ??= timestampMs;
    const halfLives = (timestampMs - this.#referenceMs) / this.#halfLifeMs;
    if (halfLives <= HALF_LIVES) return 2 ** halfLives;
    for (const weights of this.#weights.values())
      for (const [row, weight] of weights) weights.set(row, weight * 2 ** -halfLives);
    this.#referenceMs = timestampMs;
    return 1;
  }
}

function best(rows: ReadonlySet<ItemRow>, weightOf: ReadonlyMap<ItemRow, number>): Best {
  const order = Array.from(rows, (itemRow) => ({ itemRow, weight: weightOf.get(itemRow)! }))
    .sort((left, right) => right.weight - left.weight || left.itemRow - right.itemRow)
    .slice(0, ITEMS_KEPT);
  return {
    itemRows: Uint32Array.from(order, ({ itemRow }) => itemRow),
    weights: Float64Array.from(order, ({ weight }) => weight),
  };
}

const NONE: Best = { itemRows: new Uint32Array(0), weights: new Float64Array(0) };
