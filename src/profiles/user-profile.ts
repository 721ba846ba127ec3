import type { Actions, Catalogue, Fields, IdentityGraph } from "#events";
import { readPerson, readPersonSequence, type SequenceRow, traitsAsOf } from "#sequences";
import type { StateReader } from "#storage";
import { type TopicShare, topTopics } from "./topics.ts";

/** What is known of a person at a moment. */
export interface UserProfile {
  readonly traits: Fields;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Everything the person sent, engagements or not. */
  readonly eventCount: number;
  /** All engagements; in the past those that the sequence still keeps. */
  readonly engagementCount: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly latest: readonly SequenceRow[];
  readonly topics: readonly TopicShare[];
}

export interface ProfileContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
}

const LATEST = 20;
const TOPICS = 10;
/** Topics are read from this many of the newest rows. */
const TOPIC_ROWS = 2000;
const ALL_ROWS = 1_000_000;

/** The profile as of a time, or `undefined` for a person not seen by then. Never reads an event later than `asOfMs`. */
export async function readProfile(
  context: ProfileContext,
  userId: string,
  asOfMs: number,
): Promise<UserProfile | undefined> {
  const { state, catalogue, identity } = context;
  const person = await readPerson(state, identity.idsOf(userId));
  if (!person || person.record.firstMs > asOfMs) return undefined;
  const { record } = person;
  const isCurrent = record.lastMs <= asOfMs;
  const window = await readPersonSequence(state, person, {
    limit: isCurrent ? TOPIC_ROWS : ALL_ROWS,
    asOfMs,
  });
  const rows = window.rows();
  const past = isCurrent ? undefined : countActions(rows, catalogue);
  return {
    traits: traitsAsOf(record, asOfMs),
    firstSeenMs: record.firstMs,
    lastSeenMs: isCurrent ? record.lastMs : (rows[0]?.timestampMs ?? record.firstMs),
    eventCount: past ? rows.length : record.eventCount,
    engagementCount: past ? rows.length : record.rowCount,
    counts: past ?? record.counts,
    latest: rows.slice(0, LATEST),
    topics: topTopics(rows.slice(0, TOPIC_ROWS), TOPICS, { ...context, asOfMs }),
  };
}

/** In the past only the sequence is dated, so only its actions are counted. */
function countActions(rows: readonly SequenceRow[], catalogue: Catalogue): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of rows) {
    const name = catalogue.actions.nameOf(action);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
