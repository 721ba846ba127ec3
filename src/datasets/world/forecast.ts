import type { Circumstances } from "./circumstances.ts";
import type { Person } from "./person.ts";
import {
  beliefAtFirst,
  firstDay,
  hazardsOf,
  type Presence,
  presences,
  sessionRate,
  stepped,
  stepsOf,
} from "./presence.ts";
import type { Scene } from "./scene.ts";

/**
 * @file Whether a person will come again, as exactly as it can be known: from the state they are in, which nobody sees, and from the days on
 * which they came, which everybody does (forward algorithm of a hidden Markov model; Rabiner 1989). Hazards may depend on
 * satisfaction and there is a closed form all the same: until they come again nothing is shown to them, so satisfaction stays what it
 * is on the one path that is asked about, that without a session. What will be sent is summed over, with whether they are subscribed still.
 */
export interface Forecast {
  /** P(any session) for who knows the state. */
  readonly given: number;
  /** For who knows the person's habits, and all that was shown and sent to them and came of it: the most that anybody could say. */
  readonly observed: number;
}

/** One day of a person's presence, and what bore on it. */
export interface PresenceDay {
  readonly presence: Presence;
  readonly sessionCount: number;
  /** When the day begins, what is sent on it included, and when it has ended. */
  readonly morning: Circumstances;
  readonly evening: Circumstances;
  /** Before the day's notification. */
  readonly isSubscribed: boolean;
}

/** P(any session within `horizon` days from `day` on), as can be known when `day` begins. `days` are those of the window. */
export function forecastReturn(
  scene: Scene,
  person: Person,
  days: readonly PresenceDay[],
  day: number,
  horizon: number,
): Forecast {
  const { presence, morning, isSubscribed } = days[day]!;
  const outlook = { satisfaction: morning.satisfaction, isSubscribed };
  const stays = staysAway(scene, person, outlook, day, horizon);
  const given = presences.map((state) => Number(state === presence));
  const observed = beliefOn(scene, person, days, day);
  return { given: 1 - expect(given, stays), observed: 1 - expect(observed, stays) };
}

/** State -> P(no session within `horizon` days from `day` on). */
function staysAway(
  scene: Scene,
  person: Person,
  {
    satisfaction,
    isSubscribed,
  }: { readonly satisfaction: number | undefined; readonly isSubscribed: boolean },
  day: number,
  horizon: number,
): readonly number[] {
  const dayShare = scene.config.dynamics?.notifications?.dayShare ?? 0;
  const unsubscribes = person.temper?.notified?.unsubscribeShare ?? 0;
  const calm: Circumstances = { ...(satisfaction !== undefined && { satisfaction }) };
  const sent: Circumstances = { ...calm, isNotified: true };
  const [calmSteps, sentSteps] = [calm, sent].map((one) => stepsOf(hazardsOf(scene, person, one)));
  const ones: readonly number[] = presences.map(() => 1);
  let [unsubscribed, subscribed] = [ones, ones];
  for (let at = day + horizon - 1; at >= day; at--) {
    const isLast = at === day + horizon - 1;
    const through = (
      circumstances: Circumstances,
      steps: typeof calmSteps,
      onward: readonly number[],
    ): number[] =>
      presences.map(
        (presence, state) =>
          Math.exp(-sessionRate(scene, person, at, presence, circumstances)) *
          (isLast ? 1 : expect(steps![state]!, onward)),
      );
    if (dayShare > 0) {
      const still = blend(subscribed, unsubscribed, unsubscribes);
      subscribed = blend(through(calm, calmSteps, subscribed), through(sent, sentSteps, still), dayShare);
    }
    unsubscribed = through(calm, calmSteps, unsubscribed);
  }
  return isSubscribed && dayShare > 0 ? subscribed : unsubscribed;
}

/** P(state) when `day` begins, of somebody who knows what could be seen on the days before it. */
function beliefOn(
  scene: Scene,
  person: Person,
  days: readonly PresenceDay[],
  day: number,
): readonly number[] {
  let belief: readonly number[] = beliefAtFirst(scene, person);
  for (let at = firstDay(scene, person); at < day; at++) {
    const { sessionCount, morning, evening } = days[at]!;
    const seen = belief.map((share, state) => {
      const rate = sessionRate(scene, person, at, presences[state]!, morning);
      return share * (rate === 0 ? Number(sessionCount === 0) : rate ** sessionCount * Math.exp(-rate)); // the factorial is common to all
    });
    const total = seen.reduce((sum, share) => sum + share, 0);
    belief = stepped(
      seen.map((share) => share / total),
      stepsOf(hazardsOf(scene, person, evening)),
    );
  }
  return belief;
}

/** Element by element, `share` of the second. */
function blend(first: readonly number[], second: readonly number[], share: number): number[] {
  return first.map((value, at) => (1 - share) * value + share * second[at]!);
}

function expect(shares: readonly number[], values: readonly number[]): number {
  return shares.reduce((sum, share, at) => sum + share * values[at]!, 0);
}
