import { nextTurn } from "#base";
import type { Actions, Catalogue, Fields, IdentityGraph, NamedPurpose } from "#events";
import {
  hasItem,
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
import { type TopicRow, type TopicShare, topTopics } from "./topics.ts";

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
  const isSaid = (row: PlacedRow): boolean =>
    !hasItem(row) || controls.counts(catalogue.at(row.itemRow), row.timestampMs);
  const rows = placesOf(window);
  const said = controls.isEmpty ? rows : rows.filter(isSaid);
  const part = isWhole ? undefined : countActions(rows, catalogue);
  const eventIdOf = ({ view, n }: PlacedRow): string => view.eventId(n);
  return {
    traits: traitsAsOf(record, asOfMs, isUsable),
    firstSeenMs: record.firstMs,
    lastSeenMs: isWhole ? record.lastMs : (rows[0]?.timestampMs ?? record.firstMs),
    eventCount: part ? rows.length : record.eventCount,
    engagementCount: part ? rows.length : record.rowCount,
    counts: part ?? record.counts,
    latest: said.slice(0, LATEST).map(({ view, n }) => rowAt(view, n)),
    topics: topTopics(said.slice(0, TOPIC_ROWS), TOPICS, {
      ...{ catalogue, actions, isUnsaid, asOfMs, eventIdOf },
    }),
  };
}

/** A row where it lies: its strings are made only where they are shown. */
interface PlacedRow extends TopicRow {
  readonly view: RowsView;
  readonly n: number;
}

function placesOf(window: SequenceWindow): PlacedRow[] {
  const places: PlacedRow[] = [];
  window.forEach((view, n) => {
    const [itemRow, action, timestampMs] = [view.itemRow(n), view.action(n), view.timestampMs(n)];
    places.push({ view, n, itemRow, action, timestampMs });
  });
  return places;
}

/** Only the sequence is dated and has its consent with it, so in a part only its actions are counted. */
function countActions(rows: readonly TopicRow[], catalogue: Catalogue): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of rows) {
    const name = catalogue.actions.nameOf(action);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
