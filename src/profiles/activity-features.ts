import { DAY_MS, MINUTE_MS } from "#base";
import { type DailyVisits, foresee, type PresenceModel } from "#models";
import { CASUAL_DAYS, CORE_DAYS } from "./user-state.ts";

/** Something a person did. */
export interface Act {
  readonly timestampMs: number;
  /** Name of the action. */
  readonly action: string;
  /** What it was worth, where the event said so. */
  readonly value?: number;
  /** What they engaged with, where that counts for what is said of them. */
  readonly itemRow?: number;
}

/** A visit ends when nothing happens for so long. */
const VISIT_GAP_MS = 30 * MINUTE_MS;
const LONG_DAYS = 28;

/**
 * @file What tells whether a person will come again, from what they did before a moment: a handful of numbers, each readable alone. What has to be
 * known together (how long they have been away against how often they came) is a number of its own, for the model adds.
 */
export const activityFeatureNames = [
  "days since the last visit",
  "usual days between visits",
  "absence against the usual gap",
  "visits to be expected since the last",
  "active days of the last 7",
  "active days of the last 28",
  "visits of the last 28 days",
  "events a visit",
  "saves of the last 28 days",
  "hides of the last 28 days",
  "goals reached in the last 28 days",
  "days since the first visit, at most 28",
  "active days of the last 14 against the 14 before",
  "odds of a visit in 7 days, by all visits so far",
  "odds of no visit in 28 days, by all visits so far",
  "odds of fewer active days than now, by all visits so far",
] as const;

/** What features are worked out with, beside what the person did. */
export interface ActivityContext {
  /** Actions that count as reaching a goal. */
  readonly goals: readonly string[];
  readonly presence: PresenceModel;
}

/**
 * Values of {@link activityFeatureNames} at a moment; `undefined` for somebody who had done nothing by then. Reads nothing later.
 * @param acts ascending by time
 */
export function activityFeatures(
  acts: readonly Act[],
  atMs: number,
  { goals, presence }: ActivityContext,
): number[] | undefined {
  const until = countBefore(acts, atMs);
  if (until === 0) return undefined;
  const from = countBefore(acts, atMs - LONG_DAYS * DAY_MS);
  const firstMs = acts[0]!.timestampMs;
  const awayDays = (atMs - acts[until - 1]!.timestampMs) / DAY_MS;
  const tenureDays = Math.min(LONG_DAYS, (atMs - firstMs) / DAY_MS);
  const visits = visitsIn(acts, from, until);
  const presentDays = Math.max(0.5, tenureDays - awayDays);
  const gapDays = presentDays / Math.max(1, visits - 1 + SMOOTH_VISITS) + SMOOTH_VISITS / visits;
  const log = Math.log1p;
  const count = (action: string): number => countIn(acts, from, until, [action]);
  const active = (fromDays: number, toDays: number): number => activeDays(acts, atMs, fromDays, toDays);
  return [
    log(awayDays),
    log(gapDays),
    Math.log((awayDays + 0.5) / (gapDays + 0.5)),
    Math.sqrt(awayDays / gapDays),
    active(7, 0),
    active(LONG_DAYS, 0),
    log(visits),
    log((until - from) / Math.max(1, visits)),
    log(count("save")),
    log(count("hide")),
    goalFeature(acts, atMs, goals),
    tenureDays,
    active(14, 0) - active(LONG_DAYS, 14),
    ...presenceFeatures(presence, dailyVisits(acts.slice(0, until), atMs), active(LONG_DAYS, 0)),
  ];
}

/** The feature of goals reached, of these alone. */
export function goalFeature(acts: readonly Act[], atMs: number, goals: readonly string[]): number {
  const from = countBefore(acts, atMs - LONG_DAYS * DAY_MS);
  return Math.log1p(countIn(acts, from, countBefore(acts, atMs), goals));
}

const GOAL_COLUMN = activityFeatureNames.indexOf("goals reached in the last 28 days");

/** The features with that of goals in its place. */
export function withGoalFeature(values: readonly number[], feature: number): number[] {
  return values.with(GOAL_COLUMN, feature);
}

function countIn(acts: readonly Act[], from: number, until: number, actions: readonly string[]): number {
  let found = 0;
  for (let at = from; at < until; at++) if (actions.includes(acts[at]!.action)) found++;
  return found;
}

/** What a long history lets expect: logits of a visit within a week, of none in 28 days, of falling below the level of now. */
function presenceFeatures(presence: PresenceModel, visits: DailyVisits, activeNow: number): number[] {
  const { comes7, activeDays28 } = foresee(presence, visits);
  const level = activeNow >= CORE_DAYS ? CORE_DAYS : activeNow >= CASUAL_DAYS ? CASUAL_DAYS : 1;
  const below = activeDays28.subarray(0, level).reduce((sum, chance) => sum + chance, 0);
  return [comes7, activeDays28[0]!, below].map(logit);
}

/** Within what a calibration can still tell apart. */
function logit(probability: number): number {
  const inside = Math.min(0.999, Math.max(0.001, probability));
  return Math.log(inside / (1 - inside));
}

/** Visits on each day, from the first with one on; days end at the hour of the moment. Up to some time of nothing, all that happened is one visit. */
export function dailyVisits(acts: readonly Act[], atMs: number): DailyVisits {
  const dayOf = ({ timestampMs }: Act): number => Math.floor((atMs - timestampMs) / DAY_MS);
  const days = acts[0] ? dayOf(acts[0]) + 1 : 0;
  const visits = new Uint8Array(days);
  for (let at = 0; at < acts.length; at++) {
    const act = acts[at]!;
    const place = days - 1 - dayOf(act);
    const isNew = at === 0 || act.timestampMs - acts[at - 1]!.timestampMs > VISIT_GAP_MS;
    if (isNew && visits[place]! < MOST_VISITS) visits[place]!++;
  }
  return visits;
}

/** Of one day; more say no more. */
const MOST_VISITS = 255;

/** Somebody seen once has no gap yet; this stands in for it. */
const SMOOTH_VISITS = 0.5;

function visitsIn(acts: readonly Act[], from: number, until: number): number {
  let visits = 0;
  for (let at = from; at < until; at++) {
    const before = at === 0 ? Number.NEGATIVE_INFINITY : acts[at - 1]!.timestampMs;
    if (at === from || acts[at]!.timestampMs - before > VISIT_GAP_MS) visits++;
  }
  return Math.max(1, visits);
}

function activeDays(acts: readonly Act[], atMs: number, fromDays: number, toDays: number): number {
  const days = new Set<number>();
  const until = countBefore(acts, atMs - toDays * DAY_MS);
  for (let at = countBefore(acts, atMs - fromDays * DAY_MS); at < until; at++)
    days.add(Math.floor((atMs - acts[at]!.timestampMs) / DAY_MS));
  return days.size;
}

/** How many happened before a moment. */
export function countBefore(acts: readonly Act[], timeMs: number): number {
  let low = 0;
  let high = acts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (acts[middle]!.timestampMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
