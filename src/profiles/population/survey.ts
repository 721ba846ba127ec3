import { DAY_MS, nextTurn } from "#base";
import type { NamedPurpose } from "#events";
import {
  listUsers,
  type PersonState,
  readActiveDays,
  readPerson,
  readPersonSequence,
  traitsAsOf,
  usableFor,
} from "#sequences";
import type { InterestName } from "../daily-clusters.ts";
import { type PredictionModel, predict, tasteReaderOf } from "../predictions.ts";
import { actsIn } from "../read-acts.ts";
import type { TasteReader } from "../taste.ts";
import type { UserInterests } from "../user-interests.ts";
import type { ProfileContext } from "../user-profile.ts";
import { isDowngraded, STATE_DAYS, userStateOn, userStates } from "../user-state.ts";

/**
 * What is said of everybody at one moment, by columns: a row is a person. Plain data that can cross to another thread; questions about any
 * slice of it are answered without reading anybody again (`cohort.ts`).
 */
export interface Survey {
  readonly asOfMs: number;
  /** Row -> an id of the person; empty for one who was forgotten since. */
  readonly userIds: string[];
  /** False when there are more people than were looked at. */
  readonly isComplete: boolean;
  /** UTC day since the epoch of the first column of `states`. */
  readonly fromDay: number;
  readonly dayCount: number;
  /** (people, days): position in `userStates` + 1; 0 before the first day. */
  readonly states: Uint8Array;
  /** Days since the first event. */
  readonly tenureDays: Uint16Array;
  /** Active days of the last 28. */
  readonly activeDays: Uint8Array;
  /** 1 for who came down of late, as `isDowngraded` says. */
  readonly downgraded: Uint8Array;
  readonly traits: readonly TraitColumn[];
  /** Those people have as interests, and what is above them. */
  readonly topics: readonly SurveyedTopic[];
  /** Interests of row n: `topicRows` from `topicOffsets[n]` up to `topicOffsets[n + 1]`, with their shares; -1 for one that was muted since. */
  readonly topicOffsets: Int32Array;
  readonly topicRows: Int32Array;
  readonly topicShares: Float32Array;
  readonly targets: readonly string[];
  /** (people, targets): NaN where nothing is foretold. */
  readonly probabilities: Float32Array;
}

export interface TraitColumn {
  readonly name: string;
  readonly values: readonly string[];
  /** Position in `values` + 1; 0 without one. */
  readonly codes: Uint8Array;
}

export interface SurveyedTopic extends InterestName {
  /** Position of the topic above in the list; -1 at the top. */
  readonly parent: number;
}

export interface SurveyParts extends Omit<ProfileContext, "isUnsaid"> {
  /** Tags that nothing is said of. */
  readonly isSensitive: (tag: string) => boolean;
  readonly interests: UserInterests;
  readonly predictions: PredictionModel | undefined;
  /** What people must have agreed to, all of it, to be counted. */
  readonly purposes: readonly NamedPurpose[];
  /** Traits to slice by; without it those that have few values. */
  readonly traits?: readonly string[];
}

/** People looked at, at most; of more, those whose ids come first. */
const MOST_PEOPLE = 20_000;
const AT_ONCE = 200;
const DAYS = 90;
const ALL_ROWS = 1_000_000;
/** A trait with more values tells people apart rather than groups. */
const MOST_VALUES = 40;
const LONGEST_VALUE = 60;

interface Surveyed {
  readonly userId: string;
  readonly activeDays: readonly number[];
  readonly traits: Readonly<Record<string, unknown>>;
  readonly interests: readonly (InterestName & { readonly share: number })[];
  readonly probabilities: ReadonlyMap<string, number>;
}

/** Looks at everybody. O(their events); meant for a thread of its own. */
export async function surveyPeople(parts: SurveyParts, asOfMs: number, most = MOST_PEOPLE): Promise<Survey> {
  const { predictions, interests } = parts;
  const tastes = predictions && tasteReaderOf(predictions, interests.knowledge);
  const people: Surveyed[] = [];
  const seen = new Set<string>();
  let isComplete = false;
  for (let after: string | undefined; !isComplete && seen.size < most; ) {
    const ids = await listUsers(parts.state, AT_ONCE, after);
    after = ids.at(-1);
    isComplete = ids.length < AT_ONCE;
    for (const id of ids) {
      const userId = parts.identity.personOf(id);
      if (seen.has(userId)) continue;
      seen.add(userId);
      const found = await lookAt(parts, userId, asOfMs, tastes);
      if (found) people.push(found);
      // A read of the state that lasts as long as the survey would keep every page that is written meanwhile.
      await nextTurn();
    }
  }
  const { taxonomy } = parts.interests.knowledge;
  const idOf = (topic: string): string => taxonomy.named(topic)?.topicId ?? topic;
  return columnsOf(people, idOf, { asOfMs, isComplete, ...(parts.traits && { traits: parts.traits }) });
}

/** `undefined` for somebody none of whose events may be counted. */
async function lookAt(
  parts: SurveyParts,
  userId: string,
  asOfMs: number,
  tastes: TasteReader | undefined,
): Promise<Surveyed | undefined> {
  const { state, identity, interests, isSensitive } = parts;
  const person = await readPerson(state, identity.idsOf(userId));
  if (!person) return undefined;
  const isUsable = usableForAll(parts, person);
  const window = await readPersonSequence(state, person, { limit: ALL_ROWS, asOfMs, isUsable });
  if (window.length === 0) return undefined;
  const known = await interests.read(userId, person, asOfMs);
  const acts = actsIn(window, parts, known.controls);
  const foretold = parts.predictions ? predict(parts.predictions, acts, asOfMs + 1, tastes) : [];
  const isMuted = new Set(known.controls.muted.map(({ interestId }) => interestId));
  return {
    userId,
    activeDays: await readActiveDays(state, person, window, { asOfMs, isUsable }),
    traits: traitsAsOf(person.record, asOfMs, isUsable),
    interests: known.interests
      .filter(({ interestId }) => !isMuted.has(interestId))
      .map(({ path, ...interest }) => ({ ...interest, path: path.filter((topic) => !isSensitive(topic)) }))
      .map(({ interestId, label, path, share }) => ({ interestId, label, path, share })),
    probabilities: new Map(foretold.map(({ target, probability }) => [target, probability])),
  };
}

function usableForAll({ purposes, catalogue }: SurveyParts, { record }: PersonState) {
  const all = purposes.map((purpose) => usableFor(purpose, record.consent, catalogue));
  return (row: Parameters<(typeof all)[number]>[0]): boolean => all.every((isUsable) => isUsable(row));
}

function columnsOf(
  people: readonly Surveyed[],
  idOf: (topic: string) => string,
  { asOfMs, isComplete, traits }: Pick<Survey, "asOfMs" | "isComplete"> & { traits?: readonly string[] },
): Survey {
  const toDay = Math.floor(asOfMs / DAY_MS);
  const earliest = people.reduce((least, { activeDays }) => Math.min(least, activeDays[0]!), toDay);
  const fromDay = Math.max(earliest, toDay - DAYS + 1);
  const dayCount = toDay - fromDay + 1;
  const states = new Uint8Array(people.length * dayCount);
  for (const [row, { activeDays }] of people.entries())
    for (let day = Math.max(fromDay, activeDays[0]!); day <= toDay; day++)
      states[row * dayCount + day - fromDay] = userStates.indexOf(userStateOn(activeDays, day)!) + 1; // seen by then
  const targets = [...new Set(people.flatMap(({ probabilities }) => [...probabilities.keys()]))];
  return {
    asOfMs,
    isComplete,
    userIds: people.map(({ userId }) => userId),
    ...{ fromDay, dayCount, states },
    tenureDays: Uint16Array.from(people, ({ activeDays }) => Math.min(65_535, toDay - activeDays[0]!)),
    activeDays: Uint8Array.from(
      people,
      ({ activeDays }) => activeDays.filter((day) => day > toDay - STATE_DAYS).length,
    ),
    downgraded: Uint8Array.from(people, ({ activeDays }) => Number(isDowngraded(activeDays, toDay))),
    traits: traitColumns(people, traits),
    ...interestColumns(people, idOf),
    targets,
    probabilities: Float32Array.from(
      people.flatMap(({ probabilities }) => targets.map((target) => probabilities.get(target) ?? Number.NaN)),
    ),
  };
}

function interestColumns(
  people: readonly Surveyed[],
  idOf: (topic: string) => string,
): Pick<Survey, "topics" | "topicOffsets" | "topicRows" | "topicShares"> {
  const topics: SurveyedTopic[] = [];
  const positions = new Map<string, number>();
  const rows: number[] = [];
  const shares: number[] = [];
  const offsets = [0];
  for (const { interests } of people) {
    for (const { share, ...name } of interests) {
      rows.push(positionOf(name));
      shares.push(share);
    }
    offsets.push(rows.length);
  }
  return {
    topics,
    topicOffsets: Int32Array.from(offsets),
    topicRows: Int32Array.from(rows),
    topicShares: Float32Array.from(shares),
  };

  function positionOf({ interestId, label, path }: InterestName): number {
    const key = path.join("\n");
    const known = positions.get(key);
    if (known !== undefined) return known;
    const above = path.slice(0, -1);
    const top = above.at(-1);
    const parent = top === undefined ? -1 : positionOf({ interestId: idOf(top), label: top, path: above });
    positions.set(key, topics.length);
    return topics.push({ interestId, label, path, parent }) - 1;
  }
}

/** Those asked for, or all that have few values; texts and yes or no, for numbers make no groups. */
function traitColumns(people: readonly Surveyed[], asked?: readonly string[]): TraitColumn[] {
  const names = asked ?? [...new Set(people.flatMap(({ traits }) => Object.keys(traits)))];
  return names.flatMap((name) => {
    const texts = people.map(({ traits }) => textOf(traits[name]));
    const values = [...new Set(texts.filter((text) => text !== undefined))].sort();
    if (values.length < 2 || values.length > MOST_VALUES) return [];
    const positions = new Map(values.map((value, at) => [value, at + 1]));
    const codes = Uint8Array.from(texts, (text) => (text === undefined ? 0 : positions.get(text)!));
    return [{ name, values, codes }];
  });
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" && value.length <= LONGEST_VALUE ? value : undefined;
}

/** Takes people out of a survey, so that nothing of them is counted any more; how many there were. */
export function forgetInSurvey(survey: Survey, ids: readonly string[]): number {
  const gone = new Set(ids);
  let count = 0;
  for (const [row, userId] of survey.userIds.entries()) {
    if (userId === "" || !gone.has(userId)) continue;
    survey.userIds[row] = "";
    count++;
  }
  return count;
}

/** Takes an interest, and all below it, from the people with these ids; whoever asks next counts them without it. */
export function muteInSurvey(survey: Survey, ids: readonly string[], interestId: string): void {
  const { userIds, topics, topicOffsets, topicRows } = survey;
  const isMuted = topics.map(() => false);
  for (const [at, { parent, ...topic }] of topics.entries())
    isMuted[at] = topic.interestId === interestId || (parent >= 0 && isMuted[parent]!); // a parent stands before it
  const theirs = new Set(ids);
  for (const [row, userId] of userIds.entries()) {
    if (!theirs.has(userId)) continue;
    for (let at = topicOffsets[row]!; at < topicOffsets[row + 1]!; at++)
      if (isMuted[topicRows[at]!]) topicRows[at] = NOTHING;
  }
}

/** Stands in `topicRows` for an interest that was taken away. */
const NOTHING = -1;
