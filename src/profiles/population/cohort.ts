import { netOf, type Transition } from "../transition-ledger.ts";
import { type UserState, userStates } from "../user-state.ts";
import { type ActivityBand, activityBands, bandOf, type TenureBand, tenureBands } from "./bands.ts";
import type { Survey, SurveyedTopic } from "./survey.ts";

/** Which people: all of what is given holds of them. */
export interface Slice {
  readonly state?: UserState;
  readonly tenure?: TenureBand;
  readonly activity?: ActivityBand;
  readonly trait?: { readonly name: string; readonly value: string };
}

/** People of a group, by the value they have. */
export interface Group {
  readonly name: string;
  readonly values: readonly { readonly value: string; readonly people: number }[];
}

export interface CohortDay {
  /** UTC day since the epoch. */
  readonly day: number;
  readonly counts: Readonly<Record<UserState, number>>;
  readonly active: number;
  readonly netActive: number;
  readonly transitions: readonly Transition[];
}

/** A topic people of a cohort have as an interest, or something below it. */
export interface CohortInterest extends Omit<SurveyedTopic, "parent"> {
  readonly people: number;
  /** Of the cohort. */
  readonly part: number;
  /** Mean part of their interests, over the whole cohort. */
  readonly meanShare: number;
  /** `part` over that of everybody: above 1 where the cohort likes it more than others. */
  readonly lift: number;
}

export interface CohortPrediction {
  readonly target: string;
  readonly people: number;
  readonly mean: number;
  /** People by probability, in as many equally wide bins from 0 to 1 as there are numbers. */
  readonly bins: readonly number[];
}

export interface Cohort {
  readonly people: number;
  /** Of the whole survey. */
  readonly total: number;
  /** In a smaller cohort only what was asked for. */
  readonly groups: readonly Group[];
  /** What of people is told only where there are enough of them; absent in a smaller cohort. */
  readonly told?: {
    readonly days: readonly CohortDay[];
    /** People who came down, by the published rule (`isDowngraded`). */
    readonly downgraded: number;
    readonly interests: readonly CohortInterest[];
    readonly predictions: readonly CohortPrediction[];
  };
}

/** Of fewer people nothing is told but their number; nor of an interest that fewer have (k-anonymity). */
export const LEAST_TOLD = 10;
const BINS = 20;
const MOST_INTERESTS = 40;

/** What is to be said of a slice of the people surveyed. O(people x days). */
export function cohortOf(survey: Survey, slice: Slice): Cohort {
  const everybody = rowsOf(survey, {});
  const rows = rowsOf(survey, slice);
  return {
    people: rows.length,
    total: everybody.length,
    groups: rows.length >= LEAST_TOLD ? groupsOf(survey, rows) : groupsAsked(slice, rows.length),
    ...(rows.length >= LEAST_TOLD && {
      told: {
        days: daysOf(survey, rows),
        downgraded: rows.reduce((sum, row) => sum + survey.downgraded[row]!, 0),
        interests: interestsIn(survey, rows, everybody),
        predictions: predictionsOf(survey, rows),
      },
    }),
  };
}

/** State of a row on the last day. */
export function stateOf({ states, dayCount }: Survey, row: number): UserState | undefined {
  return userStates[states[(row + 1) * dayCount - 1]! - 1];
}

function rowsOf(survey: Survey, { state, tenure, activity, trait }: Slice): number[] {
  const column = trait && survey.traits.find(({ name }) => name === trait.name);
  const code = column && trait ? column.values.indexOf(trait.value) + 1 : 0;
  return [...survey.userIds.keys()].filter(
    (row) =>
      survey.userIds[row] !== "" &&
      (state === undefined || stateOf(survey, row) === state) &&
      (tenure === undefined || bandOf(tenureBands, survey.tenureDays[row]!) === tenure) &&
      (activity === undefined || bandOf(activityBands, survey.activeDays[row]!) === activity) &&
      (trait === undefined || (code > 0 && column?.codes[row] === code)),
  );
}

function groupsOf(survey: Survey, rows: readonly number[]): Group[] {
  const counted = (
    name: string,
    values: readonly string[],
    wordOf: (row: number) => string | undefined,
  ): Group => {
    const counts = new Map(values.map((value) => [value, 0]));
    for (const row of rows) {
      const value = wordOf(row);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return { name, values: Array.from(counts, ([value, people]) => ({ value, people })) };
  };
  const names = (bands: readonly (readonly [string, number])[]): string[] => bands.map(([name]) => name);
  return [
    counted("state", userStates, (row) => stateOf(survey, row)),
    counted("tenure", names(tenureBands), (row) => bandOf(tenureBands, survey.tenureDays[row]!)),
    counted("activity", names(activityBands), (row) => bandOf(activityBands, survey.activeDays[row]!)),
    ...survey.traits.map(({ name, values, codes }) =>
      counted(`trait:${name}`, values, (row) => values[codes[row]! - 1]),
    ),
  ];
}

/** What the slice itself says of its people. */
function groupsAsked({ trait, ...asked }: Slice, people: number): Group[] {
  const named = [...Object.entries(asked), ...(trait ? [[`trait:${trait.name}`, trait.value] as const] : [])];
  return named.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, values: [{ value, people }] }],
  );
}

/** Of moves: the six states, and absent. */
const WIDTH = userStates.length + 1;
const CELLS = WIDTH * WIDTH;

/** The ledger of these people (`transition-ledger.ts`), from the states that were surveyed. */
function daysOf({ states, dayCount, fromDay }: Survey, rows: readonly number[]): CohortDay[] {
  const moves = new Int32Array(dayCount * CELLS); // day, from, to
  for (const row of rows) {
    let from = states[row * dayCount]!;
    for (let at = 0; at < dayCount; at++) {
      const to = states[row * dayCount + at]!;
      moves[at * CELLS + from * WIDTH + to]!++;
      from = to;
    }
  }
  return Array.from({ length: dayCount }, (_, at) => {
    const day = dayOf(moves.subarray(at * CELLS, (at + 1) * CELLS));
    return { day: fromDay + at, ...day };
  });
}

function dayOf(moves: Int32Array): Omit<CohortDay, "day"> {
  const counts = Object.fromEntries(userStates.map((state) => [state, 0])) as Record<UserState, number>; // every state
  const transitions: Transition[] = [];
  for (const [cell, people] of moves.entries()) {
    const [from, to] = [Math.floor(cell / WIDTH), cell % WIDTH];
    const state = userStates[to - 1];
    if (people === 0 || !state) continue;
    counts[state] += people;
    if (from !== to) transitions.push({ from: userStates[from - 1] ?? "absent", to: state, people });
  }
  const all = userStates.reduce((sum, state) => sum + counts[state], 0);
  return { counts, active: all - counts.dormant, netActive: netOf(transitions), transitions };
}

function interestsIn(
  survey: Survey,
  rows: readonly number[],
  everybody: readonly number[],
): CohortInterest[] {
  const inCohort = countTopics(survey, rows);
  const overall = countTopics(survey, everybody);
  return survey.topics
    .flatMap(({ parent: _, ...topic }, at): CohortInterest[] => {
      const people = inCohort.people[at]!;
      if (people < LEAST_TOLD) return [];
      const part = people / rows.length;
      const lift = part / (overall.people[at]! / everybody.length); // whoever is in the cohort is among all
      return [{ ...topic, people, part, meanShare: inCohort.shares[at]! / rows.length, lift }];
    })
    .sort((left, right) => right.people - left.people || right.meanShare - left.meanShare)
    .slice(0, MOST_INTERESTS);
}

/** By topic: people with an interest there or below it, each once, and the sum of its shares. */
function countTopics(
  { topics, topicOffsets, topicRows, topicShares }: Survey,
  rows: readonly number[],
): { readonly people: Int32Array; readonly shares: Float64Array } {
  const people = new Int32Array(topics.length);
  const shares = new Float64Array(topics.length);
  const lastRow = new Int32Array(topics.length).fill(-1);
  for (const row of rows)
    for (let at = topicOffsets[row]!; at < topicOffsets[row + 1]!; at++)
      for (let topic = topicRows[at]!; topic >= 0; topic = topics[topic]!.parent) {
        shares[topic]! += topicShares[at]!;
        if (lastRow[topic] !== row) people[topic]!++;
        lastRow[topic] = row;
      }
  return { people, shares };
}

function predictionsOf({ targets, probabilities }: Survey, rows: readonly number[]): CohortPrediction[] {
  return targets.flatMap((target, column) => {
    const known = rows
      .map((row) => probabilities[row * targets.length + column]!)
      .filter((probability) => !Number.isNaN(probability));
    if (known.length < LEAST_TOLD) return [];
    const bins = new Array<number>(BINS).fill(0);
    for (const probability of known) bins[Math.min(BINS - 1, Math.floor(BINS * probability))]!++;
    const mean = known.reduce((sum, probability) => sum + probability, 0) / known.length;
    return [{ target, people: known.length, mean, bins }];
  });
}
