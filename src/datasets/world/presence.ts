import { DAY_MS, Random } from "#base";
import { type Circumstances, neutral, pullOf } from "./circumstances.ts";
import { pickWeighted } from "./distributions.ts";
import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/**
 * @file Whether a person comes at all: a chain of three states that moves at midnight (UTC). Somebody engaged has their usual rate of
 * sessions, somebody lapsing a part of it, somebody away none. Sessions of a day are Poisson given the state and the circumstances
 * (what they were shown of late, whether they were sent something), which also bear on the hazards of the night after it.
 */
export const presences = ["engaged", "lapsing", "away"] as const;
export type Presence = (typeof presences)[number];

/** A person's state, day after day. Everybody is engaged on the day they sign up. */
export class PresenceWalk {
  readonly #scene: Scene;
  readonly #person: Person;
  readonly #random: Random;
  #state: number;

  constructor(scene: Scene, person: Person) {
    this.#scene = scene;
    this.#person = person;
    this.#random = Random.of(scene.config.seed, `person/${person.index}/presence`);
    this.#state = pickWeighted(this.#random, beliefAtFirst(scene, person));
  }

  get presence(): Presence {
    return presences[this.#state]!;
  }

  /** Through the night after `day`. */
  sleep(day: number, circumstances: Circumstances): void {
    if (day < firstDay(this.#scene, this.#person)) return;
    const steps = stepsOf(hazardsOf(this.#scene, this.#person, circumstances));
    this.#state = pickWeighted(this.#random, steps[this.#state]!);
  }
}

/** Day of the window -> state, where circumstances do not matter. */
export function drawPresence(scene: Scene, person: Person): Presence[] {
  const walk = new PresenceWalk(scene, person);
  return Array.from({ length: scene.config.days }, (_, day) => {
    if (day > 0) walk.sleep(day - 1, neutral);
    return walk.presence;
  });
}

/** Sessions expected of a person on a day of the window, by state. */
export function sessionRate(
  scene: Scene,
  person: Person,
  day: number,
  presence: Presence,
  circumstances: Circumstances,
): number {
  if (presence === "away") return 0;
  const weekday = new Date(scene.startMs + day * DAY_MS).getUTCDay();
  const isWeekend = weekday === 0 || weekday === 6;
  const usual = person.sessionsPerDay * (isWeekend ? person.habit.weekendFactor : 1);
  const share = presence === "lapsing" ? (scene.config.dynamics?.presence.lapsingShare ?? 1) : 1;
  return usual * share * pullOf(scene, person, circumstances).sessions;
}

/** Probabilities of the night after a day. */
export interface Hazards {
  /** Engaged to lapsing, lapsing to engaged, lapsing to away, away to engaged. */
  readonly lapse: number;
  readonly recover: number;
  readonly leave: number;
  readonly comeBack: number;
}

/** Hazards of a person in the circumstances; all 0 in the first form, where nobody lapses. */
export function hazardsOf(scene: Scene, person: Person, circumstances: Circumstances): Hazards {
  const { dynamics } = scene.config;
  const { temper } = person;
  if (!dynamics || !temper) return { lapse: 0, recover: 0, leave: 0, comeBack: 0 };
  const { lapse, recover, leave, comeBack } = dynamics.presence;
  const pull = pullOf(scene, person, circumstances);
  return {
    lapse: Math.min(MOST, lapse * temper.frailty * pull.lapse),
    recover,
    leave: Math.min(MOST, leave * temper.leaveFactor * pull.leave),
    comeBack: Math.min(1, comeBack * temper.comeBackFactor * pull.comeBack),
  };
}

/** No hazard of going is above it; what is left is for staying and recovering. */
const MOST = 0.5;

/** State -> state -> probability of a night. */
export function stepsOf({ lapse, recover, leave, comeBack }: Hazards): readonly (readonly number[])[] {
  return [
    [1 - lapse, lapse, 0],
    [recover, 1 - recover - leave, leave],
    [comeBack, 0, 1 - comeBack],
  ];
}

/** Everybody begins engaged. */
export const beliefAtSignUp: readonly number[] = presences.map((state) => Number(state === "engaged"));

/** P(state) on the first day in the window: the chain has gone on since they signed up. */
export function beliefAtFirst(scene: Scene, person: Person): readonly number[] {
  const steps = stepsOf(hazardsOf(scene, person, neutral));
  const daysBefore = Math.max(0, Math.floor((scene.startMs - person.signedUpMs) / DAY_MS));
  let belief = beliefAtSignUp;
  for (let day = 0; day < Math.min(daysBefore, SETTLED_DAYS); day++) belief = stepped(belief, steps);
  return belief;
}

/** After so many days the chain has forgotten where it began. */
export const SETTLED_DAYS = 400;

/** P(state) after a night. */
export function stepped(belief: readonly number[], steps: readonly (readonly number[])[]): number[] {
  return presences.map((_, to) => belief.reduce((sum, share, from) => sum + share * steps[from]![to]!, 0));
}

/** The first day of the window on which the person is there. */
export function firstDay({ startMs }: Scene, { signedUpMs }: Pick<Person, "signedUpMs">): number {
  return Math.max(0, Math.floor((signedUpMs - startMs) / DAY_MS));
}
