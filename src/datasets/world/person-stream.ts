import type { SegmentMessage } from "#api";
import { DAY_MS, Random } from "#base";
import { type Arrival, deliver } from "./delivery.ts";
import { itemIdOf } from "./item-input.ts";
import { drawPerson, type Person } from "./person.ts";
import { PersonLife } from "./person-life.ts";
import type { Scene } from "./scene.ts";
import type { Occurrence } from "./session.ts";

/** @file Everything one person sends of their life, day after day, in order of arrival. */
export class PersonStream {
  readonly #scene: Scene;
  readonly #person: Person;
  readonly #life: PersonLife;
  #pending: Arrival<SegmentMessage>[] = [];
  #nextDay = 0;
  #messageCount = 0;

  constructor(scene: Scene, index: number) {
    this.#scene = scene;
    this.#person = drawPerson(scene, index);
    this.#life = new PersonLife(scene, this.#person);
    this.#pending.push({
      arrivalMs: Math.max(scene.startMs, this.#person.signedUpMs),
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
    this.#send();
    const isLast = day === config.days - 1;
    const arrived = this.#pending.filter(({ arrivalMs }) => isLast || arrivalMs < dayEndMs);
    this.#pending = isLast ? [] : this.#pending.filter(({ arrivalMs }) => arrivalMs >= dayEndMs);
    return arrived.sort((left, right) => left.arrivalMs - right.arrivalMs);
  }

  #send(): void {
    const { config, endMs } = this.#scene;
    for (const { name, occurrences } of this.#life.nextDay().sessions) {
      const noise = Random.of(config.seed, `${name}/delivery`);
      for (const occurrence of occurrences) {
        const message = this.#track(occurrence);
        this.#pending.push(...deliver(config.delivery, message, occurrence.timeMs, endMs, noise));
      }
    }
  }

  #identify(): SegmentMessage {
    const { userId, demographics, signedUpMs, temper } = this.#person;
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
      userId: this.#person.userId,
      timestamp: isoTime(timeMs),
      properties,
    };
  }

  #nextMessageId(): string {
    return `${this.#person.userId}-${this.#messageCount++}`;
  }
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
