import { assert, DAY_MS, HOUR_MS, Random } from "#base";
import { type CircadianHabit, drawCircadianHabit } from "./circadian-habit.ts";
import { type Demographics, drawDemographics, topicTilts, utcOffsetHours } from "./demographics.ts";
import { logNormal, pareto, pickWeighted } from "./distributions.ts";
import { drawTemper, type Temper } from "./dynamics.ts";
import type { Interest } from "./interest.ts";
import { drawStages } from "./interest-life.ts";
import { drawJourney, type Journey } from "./journey.ts";
import type { Surface } from "./logging-policy.ts";
import type { Scene } from "./scene.ts";

/** @file One person as they truly are, derived from `(seed, person index)` alone. */
export interface Person {
  readonly index: number;
  readonly userId: string;
  readonly demographics: Demographics;
  readonly signedUpMs: number;
  /** 1 to 6, of distinct leaves; the first lasts. */
  readonly interests: readonly Interest[];
  /** Expected sessions per day since sign-up. */
  readonly sessionsPerDay: number;
  readonly habit: CircadianHabit;
  readonly utcOffsetMs: number;
  /** Surface -> probability that a slate is asked for there. */
  readonly surfaceShares: Readonly<Record<Surface, number>>;
  /** 0: old favourites; 1: whatever is new. */
  readonly noveltyTaste: number;
  /** Of the second form. */
  readonly temper?: Temper;
  readonly journey?: Journey;
}

/** Draws person `index` (0-based). */
export function drawPerson(scene: Scene, index: number): Person {
  const { config } = scene;
  assert(
    Number.isInteger(index) && index >= 0 && index < config.peopleCount,
    "the person is one of the world",
  );
  const random = Random.of(config.seed, `person/${index}`);
  const demographics = drawDemographics(random);
  const signedUpMs = drawSignUp(scene, random);
  const { perDayMinimum, perDayShape, perDayCap } = config.sessions;
  const temper = config.dynamics && drawTemper(config.seed, index, config.dynamics);
  const drawn = {
    index,
    userId: `u-${String(index + 1).padStart(4, "0")}`,
    demographics,
    signedUpMs,
    sessionsPerDay: pareto(random, perDayMinimum, perDayShape, perDayCap) * (temper?.sessionsFactor ?? 1),
    habit: drawCircadianHabit(random),
    utcOffsetMs: utcOffsetHours(demographics.country) * HOUR_MS,
    surfaceShares: drawSurfaceShares(scene, random),
    noveltyTaste: random.uniform(),
    interests: drawInterests(scene, random, {
      who: demographics,
      signedUpMs,
      births: temper?.birthsFactor ?? 1,
    }),
  };
  return temper ? withDynamics(scene, { ...drawn, temper }) : drawn;
}

/** The person of the second form: the same, with interests that live through stages, and perhaps a journey. */
function withDynamics(scene: Scene, person: Person): Person {
  const { config, endMs } = scene;
  if (!config.dynamics) return person;
  const life = config.dynamics.interests;
  const own = { ...life, habitDays: life.habitDays / (person.temper?.fadeFactor ?? 1) };
  const interests = person.interests.map((interest, n) => {
    const random = Random.of(config.seed, `person/${person.index}/interest/${n}`);
    const { bornMs } = interest;
    return {
      ...interest,
      life: { config: life, stages: drawStages(own, { bornMs, endMs, lasts: n === 0 }, random) },
    };
  });
  const journey = drawJourney(scene, person);
  return journey
    ? { ...person, journey, interests: [...interests, ...journey.interests] }
    : { ...person, interests };
}

function drawSignUp({ config, startMs, endMs }: Scene, random: Random): number {
  const { newcomerShare, meanTenureDays } = config.people;
  const signedUpMs = random.chance(newcomerShare)
    ? startMs + random.uniform() * (endMs - startMs)
    : startMs - random.exponential() * meanTenureDays * DAY_MS;
  return Math.floor(signedUpMs);
}

function drawSurfaceShares({ config }: Scene, random: Random): Readonly<Record<Surface, number>> {
  const { surfaceShares } = config.sessions;
  const home = surfaceShares.home * logNormal(random, 0.5);
  const search = surfaceShares.search * logNormal(random, 0.5);
  const related = surfaceShares.related * logNormal(random, 0.5);
  const total = home + search + related;
  return { home: home / total, search: search / total, related: related / total };
}

function drawInterests(
  scene: Scene,
  random: Random,
  {
    who,
    signedUpMs,
    births,
  }: { readonly who: Demographics; readonly signedUpMs: number; readonly births: number },
): Interest[] {
  const { config, topics, startMs, endMs } = scene;
  const { furtherInterest, lateBirthShare, besideExisting, fadeShare, strengthSigma } = config.people;
  const tilts = topicTilts(config.seed, who, topics.topNames, config.people.tiltSigma);
  const weights = topics.demand.map((demand, leaf) => demand * tilts[topics.leaves[leaf]!.top]!);
  const interests: Interest[] = [];
  const visibleMs = Math.max(startMs, signedUpMs);
  const within = (fromMs: number): number => Math.floor(fromMs + random.uniform() * (endMs - fromMs));
  for (let round = 0; round < 6; round++) {
    const isFirst = round === 0;
    if (!isFirst && !random.chance(Math.min(1, furtherInterest * births))) continue;
    const isLate = !isFirst && random.chance(lateBirthShare);
    const bornMs = isLate ? within(visibleMs) : signedUpMs - Math.floor(random.exponential() * 120 * DAY_MS);
    const isSibling = isLate && random.chance(besideExisting);
    const leaf = drawLeaf(scene, random, weights, isSibling ? interests[0]!.leaf : undefined);
    weights[leaf] = 0;
    interests.push({
      leaf,
      strength: logNormal(random, strengthSigma),
      bornMs,
      fadesMs: !isFirst && random.chance(fadeShare) ? within(Math.max(visibleMs, bornMs)) : Infinity,
      growthHalfLifeDays: config.people.growthHalfLifeDays,
      fadeHalfLifeDays: config.people.fadeHalfLifeDays,
    });
  }
  return interests;
}

/** A leaf by weight; a sibling of `besideLeaf` when that is given and has one left. */
function drawLeaf(
  { topics }: Scene,
  random: Random,
  weights: Float64Array,
  besideLeaf: number | undefined,
): number {
  const siblings = besideLeaf === undefined ? [] : topics.leavesOfMiddle[topics.leaves[besideLeaf]!.middle]!;
  const free = siblings.filter((leaf) => weights[leaf]! > 0);
  if (free.length === 0) return pickWeighted(random, weights);
  const freeWeights = free.map((leaf) => weights[leaf]!);
  return free[pickWeighted(random, freeWeights)]!;
}
