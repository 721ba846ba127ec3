import { DAY_MS } from "#base";
import { interestAffinities, itemAffinity } from "./affinity.ts";
import type { Interest } from "./interest.ts";
import { goneAfterMs, type InterestStage, type StageBegin } from "./interest-life.ts";
import { itemDirection, itemIdOf } from "./item-input.ts";
import type { Surface } from "./logging-policy.ts";
import type { Person } from "./person.ts";
import type { LivedDay, LivedSession } from "./person-life.ts";
import {
  beliefOn,
  comesWithin,
  firstDay,
  hazardsOf,
  type Presence,
  presences,
  sessionRate,
} from "./presence.ts";
import { purchaseProbability } from "./purchase.ts";
import { examinationProbability } from "./reaction.ts";
import type { Scene } from "./scene.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * @file The truth as rows of a file: whatever a program in any language needs to judge what is said of people, without running the world.
 * `docs/world-truth.md` says what each field means (a test holds document and rows equal). Times are ISO 8601; numbers have six significant
 * digits; `null` says that there is none, or that the world's form has no such thing.
 */
const VERSION = 1;

/** What the rows are of. */
export interface WorldRow {
  readonly version: number;
  readonly config: WorldConfig;
  readonly endsAt: string;
  readonly people: number;
  readonly items: number;
  readonly topics: readonly (readonly [top: string, middle: string, leaf: string])[];
  /** Place in a slate -> probability that it is looked at. */
  readonly positionBias: readonly number[];
}

export interface PersonRow {
  readonly userId: string;
  readonly channel: string | null;
  readonly signedUpAt: string;
  readonly sessionsPerDay: number;
  readonly noveltyTaste: number;
  readonly surfaceShares: Readonly<Record<Surface, number>>;
  readonly frailty: number | null;
  readonly purchaseShare: number | null;
  readonly interests: readonly InterestRow[];
  readonly journey: JourneyRow | null;
  readonly days: DayColumns;
  readonly forecasts: readonly ForecastRow[];
  readonly conversions: readonly ConversionRow[];
}

export interface InterestRow {
  readonly topic: readonly [top: string, middle: string, leaf: string];
  readonly strength: number;
  readonly bornAt: string;
  readonly endsAt: string | null;
  readonly isOfJourney: boolean;
  readonly stages: readonly { readonly stage: InterestStage | "gone"; readonly from: string }[] | null;
}

export interface JourneyRow {
  readonly topic: readonly [top: string, middle: string];
  readonly beginsAt: string;
  readonly endsAt: string;
}

/** A value for each day of the window from `first` on. */
export interface DayColumns {
  readonly first: number;
  readonly presence: readonly Presence[];
  readonly rate: readonly number[];
  readonly sessions: readonly number[];
  readonly lapse: readonly number[];
  readonly leave: readonly number[];
  readonly comeBack: readonly number[];
}

export interface ForecastRow {
  readonly day: number;
  readonly returnIn7: Known;
  readonly churnIn28: Known;
}

export interface Known {
  readonly given: number;
  readonly observed: number;
}

export interface ConversionRow {
  readonly itemId: string;
  readonly clickedAt: string;
  readonly probability: number;
  readonly boughtAt: string | null;
}

export interface ItemRow {
  readonly itemId: string;
  readonly bornAt: string;
  readonly leaves: readonly {
    readonly topic: readonly [top: string, middle: string, leaf: string];
    readonly share: number;
  }[];
  readonly quality: number;
  readonly popularity: number;
  readonly direction: readonly number[];
}

export function worldRow({ config, endMs, topics, catalogue }: Scene): WorldRow {
  return {
    version: VERSION,
    config,
    endsAt: isoTime(endMs),
    people: config.peopleCount,
    items: catalogue.bornMs.length,
    topics: topics.leaves.map(({ path }) => path),
    positionBias: Array.from({ length: config.policy.slateSize }, (_, place) =>
      short(examinationProbability(config.reactions, place)),
    ),
  };
}

/** All of a person's row, from the days they lived. */
export function personRow(scene: Scene, days: readonly LivedDay[], person: Person): PersonRow {
  const { temper, surfaceShares } = person;
  const { home, search, related } = surfaceShares;
  return {
    userId: person.userId,
    channel: temper?.channel ?? null,
    signedUpAt: isoTime(person.signedUpMs),
    sessionsPerDay: short(person.sessionsPerDay),
    noveltyTaste: short(person.noveltyTaste),
    surfaceShares: { home: short(home), search: short(search), related: short(related) },
    frailty: temper ? short(temper.frailty) : null,
    purchaseShare: temper ? short(temper.purchaseShare) : null,
    interests: person.interests.map((interest) => interestRow(scene, interest)),
    journey: journeyRow(scene, person),
    days: dayColumns(scene, days, person),
    forecasts: forecasts(scene, days, person),
    conversions: days.flatMap(({ sessions }) =>
      sessions.flatMap((session) => conversions(scene, person, session)),
    ),
  };
}

export function itemRow({ catalogue, topics }: Scene, row: number): ItemRow {
  const [main, second] = [catalogue.mainLeaves[row]!, catalogue.secondLeaves[row]!];
  const share = catalogue.mainShares[row]!;
  const parts = main === second ? [[main, 1]] : [[main, share] as const, [second, 1 - share] as const];
  return {
    itemId: itemIdOf(row),
    bornAt: isoTime(catalogue.bornMs[row]!),
    leaves: parts.map(([leaf, part]) => ({ topic: topics.leaves[leaf!]!.path, share: short(part!) })),
    quality: short(catalogue.quality[row]!),
    popularity: short(catalogue.popularity[row]!),
    direction: Array.from(itemDirection(topics, catalogue, row), short),
  };
}

function interestRow({ topics }: Scene, interest: Interest): InterestRow {
  const { leaf, strength, bornMs, fadesMs, life } = interest;
  const last = life?.stages.at(-1);
  const endsMs = life ? (last?.stage === "fading" ? last.fromMs : Infinity) : fadesMs;
  return {
    topic: topics.leaves[leaf]!.path,
    strength: short(strength),
    bornAt: isoTime(bornMs),
    endsAt: endsMs === Infinity ? null : isoTime(endsMs),
    isOfJourney: interest.isOfJourney ?? false,
    stages: life ? stagesWithGone(life) : null,
  };
}

/** The stages, and between fading and the next, where there is one, that it is gone. */
function stagesWithGone({ stages, config }: NonNullable<Interest["life"]>): InterestRow["stages"] {
  return stages.flatMap((begin: StageBegin, n) => {
    const own = { stage: begin.stage, from: isoTime(begin.fromMs) };
    if (begin.stage !== "fading") return [own];
    const goneMs = Math.ceil(goneAfterMs(begin, config));
    const isBackBefore = goneMs >= (stages[n + 1]?.fromMs ?? Infinity);
    return isBackBefore ? [own] : [own, { stage: "gone" as const, from: isoTime(goneMs) }];
  });
}

function journeyRow({ topics }: Scene, { journey }: Person): JourneyRow | null {
  if (!journey) return null;
  const [top, middle] = topics.leaves[topics.leavesOfMiddle[journey.middle]![0]!]!.path; // a middle topic has leaves
  return { topic: [top, middle], beginsAt: isoTime(journey.beginsMs), endsAt: isoTime(journey.endsMs) };
}

function dayColumns(scene: Scene, days: readonly LivedDay[], person: Person): DayColumns {
  const first = firstDay(scene, person);
  const there = days.slice(first);
  const hazards = there.map(() => hazardsOf(scene, person));
  return {
    first,
    presence: there.map(({ presence }) => presence),
    rate: there.map(({ day, presence }) => short(sessionRate(scene, person, day, presence))),
    sessions: there.map(({ sessions }) => sessions.length),
    lapse: hazards.map(({ lapse }) => short(lapse)),
    leave: hazards.map(({ leave }) => short(leave)),
    comeBack: hazards.map(({ comeBack }) => short(comeBack)),
  };
}

const WEEK = 7;
const MONTH = 28;

/** What can be known at the beginning of every seventh day of the window on which the person is there. */
function forecasts(scene: Scene, days: readonly LivedDay[], person: Person): ForecastRow[] {
  const asked = days.filter(
    ({ day }) => day % WEEK === 0 && person.signedUpMs <= scene.startMs + day * DAY_MS,
  );
  return asked.map(({ day, presence }) => {
    const given = presences.map((state) => Number(state === presence));
    const observed = beliefOn(scene, person, (at) => days[at]!.sessions.length, day);
    const comes = (belief: readonly number[], horizon: number): number =>
      comesWithin(scene, person, belief, day, horizon);
    return {
      day,
      returnIn7: { given: short(comes(given, WEEK)), observed: short(comes(observed, WEEK)) },
      churnIn28: { given: short(1 - comes(given, MONTH)), observed: short(1 - comes(observed, MONTH)) },
    };
  });
}

/** Every click of a visit with the probability that it leads to a purchase, and when it did within the window. */
function conversions(
  scene: Scene,
  person: Person,
  { startMs, occurrences }: LivedSession,
): readonly ConversionRow[] {
  if (!scene.config.dynamics) return [];
  const affinities = interestAffinities(person.interests, startMs);
  return occurrences
    .filter(({ action }) => action === "click")
    .map(({ row, timeMs, slateId, position }) => {
      const bought = occurrences.find(
        (other) => other.action === "purchase" && other.slateId === slateId && other.position === position,
      );
      return {
        itemId: itemIdOf(row),
        clickedAt: isoTime(timeMs),
        probability: short(
          purchaseProbability(person, itemAffinity(scene, person.interests, affinities, row)),
        ),
        boughtAt: bought ? isoTime(bought.timeMs) : null,
      };
    });
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

const DIGITS = 6;

function short(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
