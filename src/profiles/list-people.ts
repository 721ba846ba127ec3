import { DAY_MS } from "#base";
import {
  actionCodes,
  hasItem,
  listUsers,
  type PersonState,
  readControls,
  readPerson,
  readPersonSequence,
  traitsAsOf,
} from "#sequences";
import type { StateReader } from "#storage";
import { type TopicShare, topTopics } from "./topics.ts";
import type { ProfileContext } from "./user-profile.ts";

/** Which people, in which order. */
export interface PeopleQuery {
  /** Part of an id or of a trait's text, whatever the case. */
  readonly search?: string;
  readonly sort: "lastSeen" | "events" | "userId";
  /** Goes before `sort`: the lower a person's place, the earlier they come, and last who has none. */
  readonly places?: ReadonlyMap<string, number>;
  /** Those behind this id are looked at; without it from the first on. */
  readonly after?: string;
  readonly offset: number;
  readonly limit: number;
  readonly asOfMs: number;
}

export interface PersonSummary {
  readonly userId: string;
  readonly name?: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly eventCount: number;
  readonly topics: readonly TopicShare[];
  /** Engagements on each of the last {@link ACTIVITY_DAYS} days, oldest first. */
  readonly activity: readonly number[];
}

export interface FoundPeople {
  readonly people: readonly PersonSummary[];
  /** How many match. */
  readonly total: number;
  readonly lookedAt: number;
  /** False when there are more people than were looked at. */
  readonly isComplete: boolean;
  /** The last id looked at, where there are more. */
  readonly next?: string;
}

/** Nothing is kept between questions, so nobody stays in memory who was erased; beyond this many people that takes too long. */
const LOOKED_AT = 20_000;
const AT_ONCE = 500;
const ACTIVITY_DAYS = 28;
/** Of a topic and the one above it one is shown, so there are more than are seen. */
const TOPICS = 12;
/** What a row of the list is made of. */
const ROWS = 1000;
const ALL_ROWS = 1_000_000;

interface Match {
  readonly userId: string;
  readonly person: PersonState;
  readonly name?: string;
}

/** The people who match, a page of them in full. O(people looked at). */
export async function listPeople(
  context: ProfileContext,
  query: PeopleQuery,
  most = LOOKED_AT,
): Promise<FoundPeople> {
  const { ids, isComplete } = await idsOf(context, query.after, most);
  const persons = [...new Set(ids.map((id) => context.identity.personOf(id)))];
  const matches: Match[] = [];
  for (let from = 0; from < persons.length; from += AT_ONCE) {
    const some = persons.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((userId) => matchOf(context, userId, query)));
    matches.push(...found.filter((match) => match !== undefined));
  }
  const order = orders[query.sort];
  const placeOf = ({ userId }: Match): number => query.places?.get(userId) ?? Infinity;
  matches.sort((left, right) => {
    const [before, after] = [placeOf(left), placeOf(right)];
    return before === after ? order(left, right) : before - after;
  });
  const page = matches.slice(query.offset, query.offset + query.limit);
  const people = await Promise.all(page.map((match) => summaryOf(context, match, query.asOfMs)));
  const next = isComplete ? undefined : ids.at(-1);
  return {
    ...{ people, total: matches.length, lookedAt: persons.length, isComplete },
    ...(next !== undefined && { next }),
  };
}

async function idsOf(
  { state }: ProfileContext,
  after: string | undefined,
  most: number,
): Promise<{ ids: string[]; isComplete: boolean }> {
  const ids: string[] = [];
  while (ids.length < most) {
    const wanted = Math.min(AT_ONCE, most - ids.length);
    const some = await listUsers(state, wanted, ids.at(-1) ?? after);
    ids.push(...some);
    if (some.length < wanted) return { ids, isComplete: true };
  }
  return { ids, isComplete: false };
}

async function matchOf(
  { state, identity }: ProfileContext,
  userId: string,
  { search = "", asOfMs }: PeopleQuery,
): Promise<Match | undefined> {
  const person = await readPerson(state, identity.idsOf(userId));
  if (!person || person.record.firstMs > asOfMs) return undefined;
  const traits = traitsAsOf(person.record, asOfMs);
  const wanted = search.trim().toLowerCase();
  const texts = wanted === "" ? [] : [userId, ...Object.values(traits)];
  const isFound =
    wanted === "" || texts.some((text) => typeof text === "string" && text.toLowerCase().includes(wanted));
  const { name } = traits;
  return isFound ? { userId, person, ...(typeof name === "string" && { name }) } : undefined;
}

async function summaryOf(
  context: ProfileContext,
  { userId, person, name }: Match,
  asOfMs: number,
): Promise<PersonSummary> {
  const { state, catalogue, actions, isUnsaid } = context;
  const wanted = catalogue.actions.names().filter((action) => actions.named(action)?.kind !== "impression");
  const query = { limit: ROWS, asOfMs, actions: actionCodes(catalogue, wanted) };
  const [window, controls, seen] = await Promise.all([
    readPersonSequence(state, person, query),
    readControls(state, person),
    seenBy(state, person, asOfMs),
  ]);
  const rows = window.rows();
  const said = rows.filter(
    (row) => !hasItem(row) || controls.counts(catalogue.at(row.itemRow), row.timestampMs),
  );
  const activity = new Array<number>(ACTIVITY_DAYS).fill(0);
  for (const { timestampMs } of rows) {
    const day = ACTIVITY_DAYS - 1 - Math.floor((asOfMs - timestampMs) / DAY_MS);
    if (day >= 0) activity[day]!++;
  }
  return {
    userId,
    ...(name !== undefined && { name }),
    firstSeenMs: person.record.firstMs,
    ...seen,
    topics: topTopics(said, TOPICS, {
      ...{ catalogue, actions, isUnsaid, asOfMs },
      eventIdOf: ({ eventId }) => eventId,
    }),
    activity,
  };
}

/** Of the past only rows are dated, so that their events are those of the sequence, as in a profile. */
async function seenBy(
  state: StateReader,
  person: PersonState,
  asOfMs: number,
): Promise<Pick<PersonSummary, "lastSeenMs" | "eventCount">> {
  const { firstMs, lastMs, eventCount } = person.record;
  if (lastMs <= asOfMs) return { lastSeenMs: lastMs, eventCount };
  const rows = await readPersonSequence(state, person, { limit: ALL_ROWS, asOfMs });
  return { lastSeenMs: rows.newestMs ?? firstMs, eventCount: rows.length };
}

const orders: Record<PeopleQuery["sort"], (left: Match, right: Match) => number> = {
  lastSeen: (left, right) => right.person.record.lastMs - left.person.record.lastMs,
  events: (left, right) => right.person.record.eventCount - left.person.record.eventCount,
  userId: (left, right) => (left.userId < right.userId ? -1 : 1),
};
