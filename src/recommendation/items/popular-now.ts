import { HOUR_MS, type ItemRow, monotonicMs, SECOND_MS } from "#base";
import {
  type Actions,
  type Catalogue,
  consentBits,
  type EventView,
  type IdentityGraph,
  type NamedPurpose,
  SHARED_PARTITION,
  viewEvent,
} from "#events";
import { readPerson, type UserRecord, usableFor } from "#sequences";
import type { EventLog, StateReader } from "#storage";
import type { Proposal, Query } from "../pipeline.ts";

/**
 * @file What people engage with right now: per item (and surface) the sum of `strength x 2^(-age / half-life)` over engagements that may be
 * used. It is counted off the log when somebody asks, at most once a second and at most the newest records, so that ingestion
 * pays nothing for it and a burst is sampled instead of queued up; who asks has the count before, and waits only for the first. A question
 * about a time is answered by a count that had seen nothing later, and the pages of a list by the same one.
 */
export interface PopularNowParts {
  readonly log: EventLog;
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purpose: NamedPurpose;
}

const REFRESH_MS = SECOND_MS;
/** Looked at in one refresh: what is older is left out. */
const RECORDS_AT_ONCE = 20_000;
const ITEMS_KEPT = 1000;
/** Counts kept for questions about a moment ago, such as the second page of a list. */
const COUNTS_KEPT = 64;
/** Weights grow by 2 with each half-life instead of shrinking; beyond this many of them they are scaled down. */
const HALF_LIVES = 500;

/** Every surface together. */
const ANYWHERE = "";

interface Count {
  /** When it was taken, by `monotonicMs`. */
  readonly takenMs: number;
  /** Of the newest engagement in it. */
  readonly newestMs: number;
  readonly bySurface: ReadonlyMap<string, readonly Proposal[]>;
}

export class PopularNow {
  readonly #parts: PopularNowParts;
  readonly #halfLifeMs: number;
  /** Surface -> item row -> weight, in units of an engagement at `#referenceMs`. */
  readonly #weights = new Map<string, Map<ItemRow, number>>();
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
   * The most popular items of a surface (`undefined`: of all together), best first, as they were when the request came in; none when
   * nothing is known of so early a time.
   */
  async top(
    surface: string | undefined,
    { asOfMs, cameMs }: Pick<Query, "asOfMs" | "cameMs">,
  ): Promise<readonly Proposal[]> {
    if (monotonicMs() - this.#refreshedMs >= REFRESH_MS) this.refresh().catch(() => {}); // the next who asks tries again
    if (this.#counts.length === 0) await this.#refreshing;
    const counts = this.#counts.filter(({ newestMs }) => newestMs <= asOfMs);
    const count = counts.findLast(({ takenMs }) => takenMs <= cameMs) ?? counts[0];
    return count?.bySurface.get(surface ?? ANYWHERE) ?? [];
  }

  /** Counts what came since the last time. */
  refresh(): Promise<void> {
    this.#refreshedMs = monotonicMs();
    this.#refreshing = this.#refreshing.catch(() => {}).then(() => this.#countOn());
    return this.#refreshing;
  }

  async #countOn(): Promise<void> {
    const { log } = this.#parts;
    let isChanged = false;
    this.#choices.clear();
    for (let partition = 0; partition < log.partitionCount; partition++) {
      if (partition === SHARED_PARTITION) continue;
      const end = log.end(partition);
      const first = Math.max(this.#positions[partition] ?? 0, log.start(partition), end - RECORDS_AT_ONCE);
      for (let next = first; next < end; ) {
        const records = await log.read(partition, next, end - next);
        for (const { bytes } of records)
          if (bytes.length > 0 && (await this.#add(viewEvent(bytes)))) isChanged = true;
        next = (records.at(-1)?.offset ?? end) + 1;
      }
      this.#positions[partition] = end;
    }
    if (!isChanged) return;
    const bySurface = new Map([...this.#weights].map(([surface, weights]) => [surface, best(weights)]));
    this.#counts.push({ takenMs: monotonicMs(), newestMs: this.#newestMs, bySurface });
    if (this.#counts.length > COUNTS_KEPT) this.#counts.shift();
  }

  /** True when the event counts. */
  async #add(event: EventView): Promise<boolean> {
    const { actions, catalogue } = this.#parts;
    const strength = event.kind === "track" ? (actions.named(event.name)?.strength ?? 0) : 0;
    if (strength === 0) return false;
    const { itemId, surface } = event.rowProperties();
    const itemRow = itemId === undefined ? undefined : catalogue.rowOf(itemId);
    if (itemRow === undefined || !(await this.#isUsable(event))) return false;
    const weight = strength * this.#growthAt(event.timestampMs);
    for (const place of new Set([ANYWHERE, surface ?? ANYWHERE])) {
      const weights = this.#weights.get(place) ?? new Map<ItemRow, number>();
      this.#weights.set(place, weights.set(itemRow, (weights.get(itemRow) ?? 0) + weight));
    }
    this.#newestMs = Math.max(this.#newestMs, event.timestampMs);
    return true;
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

function best(weights: ReadonlyMap<ItemRow, number>): Proposal[] {
  return [...weights]
    .sort(([leftRow, left], [rightRow, right]) => right - left || leftRow - rightRow)
    .slice(0, ITEMS_KEPT)
    .map(([itemRow, score]) => ({ itemRow, score }));
}
