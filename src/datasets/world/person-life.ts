import { DAY_MS, HOUR_MS, Random } from "#base";
import { drawSessionHour } from "./circadian-habit.ts";
import type { Circumstances } from "./circumstances.ts";
import { poisson } from "./distributions.ts";
import type { PresenceDay } from "./forecast.ts";
import { Notifications } from "./notifications.ts";
import type { Person } from "./person.ts";
import { PersonMemory } from "./person-memory.ts";
import { firstDay, type Hazards, hazardsOf, type Presence, PresenceWalk, sessionRate } from "./presence.ts";
import { afterVisit } from "./satisfaction.ts";
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
  readonly #presence: PresenceWalk;
  readonly #notifications: Notifications | undefined;
  /** Absent where it moves nothing. */
  #satisfaction: number | undefined;
  #nextDay = 0;

  constructor(scene: Scene, person: Person) {
    this.#scene = scene;
    this.person = person;
    this.#memory = new PersonMemory(scene.config.reactions.fatigueHours);
    this.#presence = new PresenceWalk(scene, person);
    const { seed, dynamics } = scene.config;
    const notified = person.temper?.notified;
    if (dynamics?.notifications && notified)
      this.#notifications = new Notifications(seed, person.index, dynamics.notifications, notified);
    this.#satisfaction = dynamics?.hazards?.usual;
  }

  /** The next day of the window; to be asked as often as there are days. */
  nextDay(): LivedDay {
    const scene = this.#scene;
    const { person } = this;
    const day = this.#nextDay++;
    const { presence } = this.#presence;
    const isSubscribed = this.#notifications?.isSubscribed ?? false;
    const isThere = day >= firstDay(scene, person);
    const isNotified = (isThere && this.#notifications?.nextDay()) || false;
    const morning = this.#circumstances(isNotified);
    const starts = planSessions(scene, person, presence, day, morning);
    const sessions = starts.flatMap((plannedMs, session) => this.#session(plannedMs, day, session) ?? []);
    const evening = this.#circumstances(isNotified);
    this.#presence.sleep(day, evening);
    return {
      ...{ day, presence, sessions, sessionCount: sessions.length, morning, evening, isSubscribed },
      rate: sessionRate(scene, person, day, presence, morning),
      hazards: hazardsOf(scene, person, evening),
    };
  }

  #circumstances(isNotified: boolean): Circumstances {
    const satisfaction = this.#satisfaction;
    return { ...(satisfaction !== undefined && { satisfaction }), isNotified };
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
    const { hazards } = config.dynamics ?? {};
    if (hazards && this.#satisfaction !== undefined)
      this.#satisfaction = afterVisit(hazards, this.#satisfaction, occurrences);
    return { name, startMs, occurrences };
  }
}

export interface LivedDay extends PresenceDay {
  /** Of the window, 0-based. */
  readonly day: number;
  /** Sessions that were to be expected. */
  readonly rate: number;
  /** Of the night after. */
  readonly hazards: Hazards;
  readonly sessions: readonly LivedSession[];
}

export interface LivedSession {
  /** From which its generators derive. */
  readonly name: string;
  readonly startMs: number;
  readonly occurrences: readonly Occurrence[];
}

/** Start times of a person's sessions on a UTC day of the window, ascending; those before sign-up included. */
export function planSessions(
  scene: Scene,
  person: Person,
  presence: Presence,
  day: number,
  morning: Circumstances,
): number[] {
  const random = Random.of(scene.config.seed, `person/${person.index}/day/${day}`);
  const dayStartMs = scene.startMs + day * DAY_MS;
  const count = poisson(random, sessionRate(scene, person, day, presence, morning));
  const starts = Array.from({ length: count }, () => {
    const utcMs = drawSessionHour(person.habit, random) * HOUR_MS - person.utcOffsetMs;
    return dayStartMs + Math.floor((utcMs + DAY_MS) % DAY_MS);
  });
  return starts.sort((left, right) => left - right);
}
