import { DAY_MS, Random } from "#base";
import { pickWeighted } from "./distributions.ts";
import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/**
 * @file Whether a person comes at all: a chain of three states that moves at midnight (UTC). Somebody engaged has their usual rate of
 * sessions, somebody lapsing a part of it, somebody away none. Sessions of a day are Poisson given the state, so the probability of any
 * session in the days to come is known exactly: from the state itself, which nobody sees, and from the days on which the
 * person came, which everybody does (forward algorithm of a hidden Markov model; Rabiner 1989).
 */
export const presences = ["engaged", "lapsing", "away"] as const;
export type Presence = (typeof presences)[number];

/** Day of the window -> state. Everybody is engaged on the day they sign up. */
export function drawPresence(scene: Scene, person: Person): Presence[] {
  const { days, seed } = scene.config;
  const steps = stepsOf(scene, person);
  const random = Random.of(seed, `person/${person.index}/presence`);
  const first = firstDay(scene, person);
  let state = pickWeighted(random, beliefAtFirst(scene, person));
  return Array.from({ length: days }, (_, day) => {
    if (day > first) state = pickWeighted(random, steps[state]!);
    return presences[state]!;
  });
}

/** Sessions expected of a person on a day of the window, by state. */
export function sessionRate(scene: Scene, person: Person, day: number, presence: Presence): number {
  const weekday = new Date(scene.startMs + day * DAY_MS).getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  const usual = person.sessionsPerDay * (isWeekend ? person.habit.weekendFactor : 1);
  if (presence === "engaged") return usual;
  return presence === "away" ? 0 : usual * (scene.config.dynamics?.presence.lapsingShare ?? 1);
}

/** P(any session within `horizon` days from `day` on), given the probability of each state on that day. */
export function comesWithin(
  scene: Scene,
  person: Person,
  belief: readonly number[],
  day: number,
  horizon: number,
): number {
  const steps = stepsOf(scene, person);
  let stays = presences.map(() => 1); // P(no session from here on | state)
  for (let at = day + horizon - 1; at >= day; at--)
    stays = presences.map((presence, state) => {
      const onward = at === day + horizon - 1 ? 1 : expect(steps[state]!, stays);
      return Math.exp(-sessionRate(scene, person, at, presence)) * onward;
    });
  return 1 - expect(belief, stays);
}

/**
 * P(state on `day`) of somebody who knows the person's habits and on which days before they had how many sessions: the best that can
 * be known of them.
 */
export function beliefOn(
  scene: Scene,
  person: Person,
  sessionsOf: (day: number) => number,
  day: number,
): readonly number[] {
  const steps = stepsOf(scene, person);
  let belief = beliefAtFirst(scene, person);
  for (let at = firstDay(scene, person); at < day; at++) {
    const count = sessionsOf(at);
    const seen = belief.map((share, state) => {
      const rate = sessionRate(scene, person, at, presences[state]!);
      return share * (rate === 0 ? Number(count === 0) : rate ** count * Math.exp(-rate)); // the factorial is common to all
    });
    const total = seen.reduce((sum, share) => sum + share, 0);
    belief = stepped(
      seen.map((share) => share / total),
      steps,
    );
  }
  return belief;
}

/** Probabilities of the night after a day, as the person has them. */
export interface Hazards {
  /** Engaged to lapsing, lapsing to engaged, lapsing to away, away to engaged. */
  readonly lapse: number;
  readonly recover: number;
  readonly leave: number;
  readonly comeBack: number;
}

/** Hazards of a person; all 0 in the first form, where nobody lapses. */
export function hazardsOf({ config }: Scene, { temper }: Person): Hazards {
  if (!config.dynamics || !temper) return { lapse: 0, recover: 0, leave: 0, comeBack: 0 };
  const { lapse, recover, leave, comeBack } = config.dynamics.presence;
  return { lapse: Math.min(0.5, lapse * temper.frailty), recover, leave, comeBack };
}

/** P(state) on the first day in the window: the chain has gone on since they signed up. */
function beliefAtFirst(scene: Scene, person: Person): number[] {
  const steps = stepsOf(scene, person);
  const daysBefore = Math.max(0, Math.floor((scene.startMs - person.signedUpMs) / DAY_MS));
  let belief = [1, 0, 0];
  for (let day = 0; day < Math.min(daysBefore, SETTLED_DAYS); day++) belief = stepped(belief, steps);
  return belief;
}

/** After so many days the chain has forgotten where it began. */
const SETTLED_DAYS = 400;

function stepped(belief: readonly number[], steps: readonly (readonly number[])[]): number[] {
  return presences.map((_, to) => belief.reduce((sum, share, from) => sum + share * steps[from]![to]!, 0));
}

/** The first day of the window on which the person is there. */
export function firstDay({ startMs }: Scene, { signedUpMs }: Person): number {
  return Math.max(0, Math.floor((signedUpMs - startMs) / DAY_MS));
}

function stepsOf(scene: Scene, person: Person): readonly (readonly number[])[] {
  const { lapse, recover, leave, comeBack } = hazardsOf(scene, person);
  return [
    [1 - lapse, lapse, 0],
    [recover, 1 - recover - leave, leave],
    [comeBack, 0, 1 - comeBack],
  ];
}

function expect(shares: readonly number[], values: readonly number[]): number {
  return shares.reduce((sum, share, at) => sum + share * values[at]!, 0);
}
