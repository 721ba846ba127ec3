import { DAY_MS, HOUR_MS, Random } from "#base";
import { drawSessionHour } from "./circadian-habit.ts";
import { poisson } from "./distributions.ts";
import type { Person } from "./person.ts";
import { PersonMemory } from "./person-memory.ts";
import { drawPresence, type Presence, sessionRate } from "./presence.ts";
import type { Scene } from "./scene.ts";
import { type Occurrence, playSession, sessionGapMs } from "./session.ts";

/**
 * @file What one person does, day after day, before any of it is sent: what events and truth are both made of. Sessions are a Poisson
 * process whose rate has a weekly rhythm and whose hours follow the person's habit. Each day and each session has its own generator,
 * derived from `(seed, person, day, session)`: what one person does cannot change another, whoever is simulated first.
 */
export class PersonLife {
  readonly person: Person;
  readonly #scene: Scene;
  readonly #memory: PersonMemory;
  readonly #presence: readonly Presence[];
  #nextDay = 0;

  constructor(scene: Scene, person: Person) {
    this.#scene = scene;
    this.person = person;
    this.#memory = new PersonMemory(scene.config.reactions.fatigueHours);
    this.#presence = drawPresence(scene, person);
  }

  /** The next day of the window; to be asked as often as there are days. */
  nextDay(): LivedDay {
    const day = this.#nextDay++;
    const presence = this.#presence[day]!;
    const starts = planSessions(this.#scene, this.person, presence, day);
    const sessions = starts.flatMap((plannedMs, session) => this.#session(plannedMs, day, session) ?? []);
    return { day, presence, sessions };
  }

  #session(plannedMs: number, day: number, session: number): LivedSession | undefined {
    const { config, endMs } = this.#scene;
    const { index, userId, signedUpMs } = this.person;
    const startMs = Math.max(plannedMs, this.#memory.lastEndMs + sessionGapMs);
    if (plannedMs < signedUpMs || startMs >= endMs) return undefined;
    const name = `person/${index}/day/${day}/session/${session}`;
    const sessionId = `s-${userId.slice(2)}-${day}-${session}`;
    const random = Random.of(config.seed, name);
    const occurrences = playSession(this.#scene, this.person, this.#memory, sessionId, startMs, random);
    return { name, startMs, occurrences };
  }
}

export interface LivedDay {
  /** Of the window, 0-based. */
  readonly day: number;
  readonly presence: Presence;
  readonly sessions: readonly LivedSession[];
}

export interface LivedSession {
  /** From which its generators derive. */
  readonly name: string;
  readonly startMs: number;
  readonly occurrences: readonly Occurrence[];
}

/** Start times of a person's sessions on a UTC day of the window, ascending; those before sign-up included. */
export function planSessions(scene: Scene, person: Person, presence: Presence, day: number): number[] {
  const random = Random.of(scene.config.seed, `person/${person.index}/day/${day}`);
  const dayStartMs = scene.startMs + day * DAY_MS;
  const count = poisson(random, sessionRate(scene, person, day, presence));
  const starts = Array.from({ length: count }, () => {
    const utcMs = drawSessionHour(person.habit, random) * HOUR_MS - person.utcOffsetMs;
    return dayStartMs + Math.floor((utcMs + DAY_MS) % DAY_MS);
  });
  return starts.sort((left, right) => left - right);
}
