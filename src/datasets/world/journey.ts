import { DAY_MS, Random } from "#base";
import { pick } from "./distributions.ts";
import type { Interest } from "./interest.ts";
import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/** Something a person wants done: a burst over related leaves, then silence. */
export interface Journey {
  /** The middle topic it is about: a position in the names of middle topics. */
  readonly middle: number;
  readonly beginsMs: number;
  readonly endsMs: number;
  readonly interests: readonly Interest[];
}

const MOST_LEAVES = 3;
const HALF_LIFE_DAYS = 0.7;

/** A journey of the person inside the window, if they have one: two or three leaves of a middle topic that is new to them. */
export function drawJourney(scene: Scene, person: Person): Journey | undefined {
  const { config, startMs, endMs, topics } = scene;
  const random = Random.of(config.seed, `person/${person.index}/journey`);
  const { personShare, leastDays, mostDays, strength } = config.dynamics!.journeys; // asked for in the second form only
  if (!random.chance(Math.min(1, personShare * (person.temper?.journeyFactor ?? 1)))) return undefined;
  const known = new Set(person.interests.map(({ leaf }) => topics.leaves[leaf]!.middle));
  const middle = pick(
    random,
    [...topics.leavesOfMiddle.keys()].filter((candidate) => !known.has(candidate)),
  );
  const days = leastDays + (mostDays - leastDays) * random.uniform();
  const visibleMs = Math.max(startMs, person.signedUpMs);
  const beginsMs = Math.floor(visibleMs + random.uniform() * (endMs - visibleMs));
  const endsMs = Math.floor(beginsMs + days * DAY_MS);
  const leaves = random
    .shuffle([...topics.leavesOfMiddle[middle]!])
    .slice(0, 2 + random.integer(MOST_LEAVES - 1));
  const interests = leaves.map((leaf) => ({
    ...{ leaf, strength, bornMs: beginsMs, fadesMs: endsMs, isOfJourney: true },
    ...{ growthHalfLifeDays: HALF_LIFE_DAYS, fadeHalfLifeDays: HALF_LIFE_DAYS },
  }));
  return { middle, beginsMs, endsMs, interests };
}
