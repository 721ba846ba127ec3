import { Random } from "#base";
import { logNormal, pickWeighted } from "./distributions.ts";

/**
 * @file What is sent to people, and what it does to them. A subscribed person is sent something on a day with a fixed probability, at
 * midnight (UTC), whatever they do: so its effect on the day's sessions, on that night's hazards and on unsubscribing is a
 * randomized experiment whose answer is known of every person.
 */
export interface NotificationsConfig {
  /** P(one is sent to somebody subscribed on a day). */
  readonly dayShare: number;
  /** Kinds of people, by what a notification does to them. */
  readonly kinds: Readonly<Record<string, NotificationKindConfig>>;
  /** Log-normal sigma of how strongly a person is moved (median 1): the exponent of their kind's factors. */
  readonly spreadSigma: number;
}

export interface NotificationKindConfig {
  /** Relative number of people. */
  readonly weight: number;
  /** On the sessions of the day, and on coming back from being away. */
  readonly sessionsFactor: number;
  /** On lapsing and on leaving, in the night after. */
  readonly lapseFactor: number;
  /** P(one notification makes them unsubscribe). */
  readonly unsubscribeShare: number;
}

/** What a notification does to one person. */
export interface NotificationEffect {
  readonly kind: string;
  readonly sessionsFactor: number;
  readonly lapseFactor: number;
  readonly unsubscribeShare: number;
}

export function drawNotificationEffect(
  seed: number,
  index: number,
  { kinds, spreadSigma }: NotificationsConfig,
  factor: number,
): NotificationEffect {
  const random = Random.of(seed, `person/${index}/notified`);
  const names = Object.keys(kinds);
  const kind =
    names[
      pickWeighted(
        random,
        names.map((name) => kinds[name]!.weight),
      )
    ]!;
  const { sessionsFactor, lapseFactor, unsubscribeShare } = kinds[kind]!; // one of its names
  const strength = factor * logNormal(random, spreadSigma);
  return {
    kind,
    sessionsFactor: sessionsFactor ** strength,
    lapseFactor: lapseFactor ** strength,
    unsubscribeShare: Math.min(1, unsubscribeShare * factor),
  };
}

/** What one person is sent, day after day, until they unsubscribe. */
export class Notifications {
  readonly #random: Random;
  readonly #dayShare: number;
  readonly #unsubscribeShare: number;
  #isSubscribed = true;

  constructor(
    seed: number,
    index: number,
    { dayShare }: NotificationsConfig,
    { unsubscribeShare }: NotificationEffect,
  ) {
    this.#random = Random.of(seed, `person/${index}/notifications`);
    this.#dayShare = dayShare;
    this.#unsubscribeShare = unsubscribeShare;
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Whether one is sent on the next day. */
  nextDay(): boolean {
    const [isDue, isTooMuch] = [
      this.#random.chance(this.#dayShare),
      this.#random.chance(this.#unsubscribeShare),
    ];
    const isSent = this.#isSubscribed && isDue;
    if (isSent && isTooMuch) this.#isSubscribed = false;
    return isSent;
  }
}
