import type { SegmentMessage } from "#api";
import { DAY_MS, HOUR_MS, Random } from "#base";
import { drawSessionHour } from "./circadian-habit.ts";
import { type Arrival, deliver } from "./delivery.ts";
import { poisson } from "./distributions.ts";
import { itemIdOf } from "./item-input.ts";
import { drawPerson, type Person } from "./person.ts";
import { PersonMemory } from "./person-memory.ts";
import { drawPresence, type Presence, sessionRate } from "./presence.ts";
import type { Scene } from "./scene.ts";
import { type Occurrence, playSession, sessionGapMs } from "./session.ts";

/**
 * @file Everything one person sends, day after day, in order of arrival. Sessions are a Poisson process whose rate has a
 * weekly rhythm and whose hours follow the person's habit. Each day and each session has its own generator, derived from
 * `(seed, person, day, session)`: what one person does cannot change another, whoever is simulated first.
 */
export class PersonStream {
  readonly person: Person;
  readonly #scene: Scene;
  readonly #memory: PersonMemory;
  readonly #presence: readonly Presence[];
  #pending: Arrival<SegmentMessage>[] = [];
  #nextDay = 0;
  #messageCount = 0;

  constructor(scene: Scene, index: number) {
    this.#scene = scene;
    this.person = drawPerson(scene, index);
    this.#memory = new PersonMemory(scene.config.reactions.fatigueHours);
    this.#presence = drawPresence(scene, this.person);
    this.#pending.push({
      arrivalMs: Math.max(scene.startMs, this.person.signedUpMs),
      message: this.#identify(),
    });
  }

  /**
   * What arrives during the next day of the window, in order of arrival; on the last day also everything still under way.
   * Empty when nothing does, and after the window.
   */
  nextDay(): Arrival<SegmentMessage>[] {
    const { startMs, config } = this.#scene;
    if (this.#nextDay >= config.days) return [];
    const day = this.#nextDay++;
    const dayEndMs = startMs + (day + 1) * DAY_MS;
    this.#live(day);
    const isLast = day === config.days - 1;
    const arrived = this.#pending.filter(({ arrivalMs }) => isLast || arrivalMs < dayEndMs);
    this.#pending = isLast ? [] : this.#pending.filter(({ arrivalMs }) => arrivalMs >= dayEndMs);
    return arrived.sort((left, right) => left.arrivalMs - right.arrivalMs);
  }

  /** What the person does during the sessions of the next day, before any of it is sent; in place of {@link nextDay}. */
  nextOccurrences(): Occurrence[] {
    return this.#sessionsOf(this.#nextDay++).flatMap(({ occurrences }) => occurrences);
  }

  #live(day: number): void {
    const { config, endMs } = this.#scene;
    for (const { name, occurrences } of this.#sessionsOf(day)) {
      const noise = Random.of(config.seed, `${name}/delivery`);
      for (const occurrence of occurrences) {
        const message = this.#track(occurrence);
        this.#pending.push(...deliver(config.delivery, message, occurrence.timeMs, endMs, noise));
      }
    }
  }

  #sessionsOf(day: number): { readonly name: string; readonly occurrences: readonly Occurrence[] }[] {
    const { config, endMs } = this.#scene;
    const starts = planSessions(this.#scene, this.person, this.#presence, day);
    return starts.flatMap((plannedMs, session) => {
      const beginMs = Math.max(plannedMs, this.#memory.lastEndMs + sessionGapMs);
      if (plannedMs < this.person.signedUpMs || beginMs >= endMs) return [];
      const name = `person/${this.person.index}/day/${day}/session/${session}`;
      const sessionId = `s-${this.person.userId.slice(2)}-${day}-${session}`;
      const random = Random.of(config.seed, name);
      const occurrences = playSession(this.#scene, this.person, this.#memory, sessionId, beginMs, random);
      return [{ name, occurrences }];
    });
  }

  #identify(): SegmentMessage {
    const { userId, demographics, signedUpMs, temper } = this.person;
    return {
      type: "identify",
      messageId: this.#nextMessageId(),
      userId,
      timestamp: isoTime(Math.max(this.#scene.startMs, signedUpMs)),
      traits: {
        ...demographics,
        createdAt: isoTime(signedUpMs),
        ...(temper && { channel: temper.channel }),
      },
    };
  }

  #track({ timeMs, action, row, actionProbability, ...shown }: Occurrence): SegmentMessage {
    const properties = {
      itemId: itemIdOf(row),
      ...shown,
      actionProbability: Math.round(actionProbability * 1e9) / 1e9,
    };
    return {
      type: "track",
      event: action,
      messageId: this.#nextMessageId(),
      userId: this.person.userId,
      timestamp: isoTime(timeMs),
      properties,
    };
  }

  #nextMessageId(): string {
    return `${this.person.userId}-${this.#messageCount++}`;
  }
}

/** Start times of a person's sessions on a UTC day of the window, ascending; those before sign-up included. */
export function planSessions(
  scene: Scene,
  person: Person,
  presence: readonly Presence[],
  day: number,
): number[] {
  const random = Random.of(scene.config.seed, `person/${person.index}/day/${day}`);
  const dayStartMs = scene.startMs + day * DAY_MS;
  const count = poisson(random, sessionRate(scene, person, day, presence[day]!));
  const starts = Array.from({ length: count }, () => {
    const utcMs = drawSessionHour(person.habit, random) * HOUR_MS - person.utcOffsetMs;
    return dayStartMs + Math.floor((utcMs + DAY_MS) % DAY_MS);
  });
  return starts.sort((left, right) => left - right);
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
