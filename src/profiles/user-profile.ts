import { nextTurn } from "#base";
import type { Actions, Catalogue, Fields, IdentityGraph, NamedPurpose } from "#events";
import {
  hasItem,
  type PersonControls,
  type PersonState,
  type RowsView,
  readControls,
  readPerson,
  readPersonSequence,
  rowAt,
  type SequenceRow,
  type SequenceWindow,
  traitsAsOf,
  usableFor,
} from "#sequences";
import type { StateReader } from "#storage";
import { type TopicRows, type TopicShare, topTopics } from "./topics.ts";

/** What is known of a person at a moment. */
export interface UserProfile {
  readonly traits: Fields;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Everything the person sent, engagements or not; rows of the sequence where a time or a purpose divides it. */
  readonly eventCount: number;
  /** All engagements; where a time or a purpose divides them, those that the sequence still keeps. */
  readonly engagementCount: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Newest first, without what the person muted or had forgotten, as in `topics`. */
  readonly latest: readonly SequenceRow[];
  readonly topics: readonly TopicShare[];
}

export interface ProfileContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  /** Items that nothing is inferred of. */
  readonly isUnsaid: (itemRow: number) => boolean;
}

const LATEST = 20;
const TOPICS = 10;
/** Topics are read from this many of the newest rows. */
const TOPIC_ROWS = 2000;
const ALL_ROWS = 1_000_000;

/** {@link profileOf} the person with that id; `undefined` also for one of whom nothing was received. */
export async function readProfile(
  context: ProfileContext,
  userId: string,
  asOfMs: number,
  purpose?: NamedPurpose,
): Promise<UserProfile | undefined> {
  const person = await readPerson(context.state, context.identity.idsOf(userId));
  return person && profileOf(context, person, asOfMs, purpose);
}

/**
 * The profile as of a time, or `undefined` for a person not seen by then. Never reads an event later than `asOfMs`, nor, when it
 * is for a purpose, one that may not be used for it.
 */
export async function profileOf(
  { state, catalogue, actions, isUnsaid }: Omit<ProfileContext, "identity">,
  person: PersonState,
  asOfMs: number,
  purpose?: NamedPurpose,
): Promise<UserProfile | undefined> {
  if (person.record.firstMs > asOfMs) return undefined;
  const { record } = person;
  const isUsable = purpose && usableFor(purpose, record.consent, catalogue);
  const isWhole = record.lastMs <= asOfMs && !isUsable;
  const window = await readPersonSequence(state, person, {
    limit: isWhole ? TOPIC_ROWS : ALL_ROWS,
    asOfMs,
    ...(isUsable && { isUsable }),
  });
  const controls = await readControls(state, person);
  await nextTurn();
  const said = new SaidRows(window, catalogue, controls);
  const part = isWhole ? undefined : countActions(window, catalogue);
  return {
    traits: traitsAsOf(record, asOfMs, isUsable),
    firstSeenMs: record.firstMs,
    lastSeenMs: isWhole ? record.lastMs : (window.newestMs ?? record.firstMs),
    eventCount: part ? window.length : record.eventCount,
    engagementCount: part ? window.length : record.rowCount,
    counts: part ?? record.counts,
    latest: said.first(LATEST),
    topics: topTopics(said, TOPICS, {
      ...{ catalogue, actions, isUnsaid, asOfMs },
      eventIdAt: (place) => said.eventIdAt(place),
    }),
  };
}

/** The rows that topics are read from, where they lie, newest first, without what the person muted or had forgotten. */
class SaidRows implements TopicRows {
  readonly itemRows: number[] = [];
  readonly actions: number[] = [];
  readonly timesMs: number[] = [];
  readonly #views: RowsView[] = [];
  readonly #numbers: number[] = [];

  constructor(window: SequenceWindow, catalogue: Catalogue, controls: PersonControls) {
    window.forEach((view, n) => {
      if (this.itemRows.length === TOPIC_ROWS) return;
      const [itemRow, timestampMs] = [view.itemRow(n), view.timestampMs(n)];
      if (!controls.isEmpty && hasItem({ itemRow }) && !controls.counts(catalogue.at(itemRow), timestampMs))
        return;
      this.itemRows.push(itemRow);
      this.actions.push(view.action(n));
      this.timesMs.push(timestampMs);
      this.#views.push(view);
      this.#numbers.push(n);
    });
  }

  first(count: number): SequenceRow[] {
    return this.#views.slice(0, count).map((view, at) => rowAt(view, this.#numbers[at]!));
  }

  eventIdAt(place: number): string {
    return this.#views[place]!.eventId(this.#numbers[place]!);
  }
}

/** Only the sequence is dated and has its consent with it, so in a part only its actions are counted. */
function countActions(window: SequenceWindow, catalogue: Catalogue): Record<string, number> {
  const counts: Record<string, number> = {};
  window.forEach((view, n) => {
    const name = catalogue.actions.nameOf(view.action(n));
    counts[name] = (counts[name] ?? 0) + 1;
  });
  return counts;
}
