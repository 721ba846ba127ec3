import { PlatformError } from "#base";
import {
  type Catalogue,
  consentBits,
  consentOf,
  decodeEvent,
  type IdentityGraph,
  type NamedPurpose,
  SHARED_PARTITION,
  type StoredEvent,
} from "#events";
import type { EventLog, LogRecord, StateReader } from "#storage";
import { duplicatesBetween } from "./duplicates.ts";
import { readPerson } from "./read-person.ts";
import { usableFor } from "./usable-rows.ts";

/**
 * @file The events as other programs read them: a group of readers has a place in every partition of the log, reads on from there, and says
 * what it has finished. What it did not finish comes again, so whoever keeps results and place in one transaction has every event once.
 * Events that repeat another, were erased, or may not be used for the purpose are left out.
 */
export interface EventFeedParts {
  readonly log: EventLog;
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  /** Resolves when state reflects everything of the partition before the offset: it knows what repeats an event. */
  readonly applied: (partition: number, offset: number) => Promise<void>;
}

export interface FeedQuery {
  readonly group: string;
  readonly purpose: NamedPurpose;
  /** Whether it goes on with what comes in later, or ends with what is there. */
  readonly isFollowing: boolean;
  readonly abort: AbortSignal;
}

/** Neighbours in one partition of the log, in its order. */
export interface FeedRun {
  readonly partition: number;
  readonly events: readonly FedEvent[];
  /** What to commit when the run is finished. */
  readonly next: number;
  /** Records before the run that retention dropped before the group read them. */
  readonly missed: number;
}

export interface FedEvent {
  readonly offset: number;
  /** Whose it is, by the links of now. */
  readonly personId: string;
  readonly event: StoredEvent;
}

export class EventFeed {
  readonly #parts: EventFeedParts;

  constructor(parts: EventFeedParts) {
    this.#parts = parts;
  }

  /** Runs of all partitions as they come, each read when the one before it is taken. Ends when aborted. */
  async *read(query: FeedQuery): AsyncGenerator<FeedRun> {
    const stop = new AbortController();
    const abort = AbortSignal.any([query.abort, stop.signal]);
    const sources = this.#partitions().map((partition) =>
      this.#readPartition(partition, { ...query, abort }),
    );
    try {
      yield* asTheyCome(sources);
    } finally {
      stop.abort(); // those that wait for more end
      await Promise.allSettled(sources.map((source) => source.return(undefined)));
    }
  }

  /**
   * Everything before the offsets is finished; durable when it resolves. From an earlier place than before, it is read again.
   * @throws PlatformError `invalid-request` for a place the log does not have
   */
  async commit(group: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const { log } = this.#parts;
    const known = this.#partitions();
    for (const [partition, offset] of offsets) {
      if (!known.includes(partition))
        throw new PlatformError(
          "invalid-request",
          `${partition} is no partition of events; there are: ${known.join(", ")}`,
        );
      if (offset > log.end(partition))
        throw new PlatformError(
          "invalid-request",
          `partition ${partition} ends at ${log.end(partition)}, before ${offset}: commit the next of a run that was read`,
        );
    }
    for (const [partition, offset] of offsets) await log.commit(group, partition, offset);
  }

  #partitions(): number[] {
    const all = Array.from({ length: this.#parts.log.partitionCount }, (_, partition) => partition);
    return all.filter((partition) => partition !== SHARED_PARTITION);
  }

  async *#readPartition(
    partition: number,
    { group, purpose, isFollowing, abort }: FeedQuery,
  ): AsyncGenerator<FeedRun> {
    const { log, applied } = this.#parts;
    const end = isFollowing ? Number.POSITIVE_INFINITY : log.end(partition);
    let place = await log.committed(group, partition);
    if (place >= end) return;
    for await (const records of log.subscribe(group, partition, abort)) {
      const next = records.at(-1)!.offset + 1;
      await applied(partition, next);
      const events = await this.#usable(partition, records, purpose);
      yield { partition, events, next, missed: Math.max(0, records[0]!.offset - place) };
      place = next;
      if (place >= end) return;
    }
  }

  async #usable(
    partition: number,
    records: readonly LogRecord[],
    purpose: NamedPurpose,
  ): Promise<FedEvent[]> {
    const { state, identity } = this.#parts;
    const [from, to] = [records[0]!.offset, records.at(-1)!.offset + 1];
    const repeated = await duplicatesBetween(state, partition, from, to);
    const events = records
      .filter(({ offset, bytes }) => bytes.length > 0 && !repeated.has(offset)) // an empty one was erased
      .map(({ offset, bytes }) => {
        const event = decodeEvent(bytes);
        return { offset, personId: identity.personOf(event.userId), event };
      });
    const judges = await this.#judges(new Set(events.map(({ personId }) => personId)), purpose);
    return events.filter(({ personId, event }) => judges.get(personId)!(event));
  }

  /** Person -> what of theirs may be used. */
  async #judges(
    people: ReadonlySet<string>,
    purpose: NamedPurpose,
  ): Promise<ReadonlyMap<string, (event: StoredEvent) => boolean>> {
    const { state, catalogue, identity } = this.#parts;
    const judges = new Map<string, (event: StoredEvent) => boolean>();
    for (const personId of people) {
      const person = await readPerson(state, identity.idsOf(personId));
      const isUsable = usableFor(purpose, person?.record.consent, catalogue);
      judges.set(personId, (event) => {
        const consent = consentBits(consentOf(event), catalogue.purposes);
        return isUsable({ timestampMs: event.timestampMs, consent });
      });
    }
    return judges;
  }
}

/** What several sources give, in the order in which it comes; of each, one value is asked for at a time. */
async function* asTheyCome<Value>(sources: readonly AsyncGenerator<Value>[]): AsyncGenerator<Value> {
  const ask = async (source: AsyncGenerator<Value>) => ({ source, result: await source.next() });
  const asked = new Map(sources.map((source) => [source, ask(source)]));
  while (asked.size > 0) {
    const { source, result } = await Promise.race(asked.values());
    if (result.done) {
      asked.delete(source);
      continue;
    }
    yield result.value;
    asked.set(source, ask(source));
  }
}
