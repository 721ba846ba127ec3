import { assert, DAY_MS } from "#base";
import { areMoved, neutral } from "./circumstances.ts";
import type { Person } from "./person.ts";
import {
  beliefAtSignUp,
  firstDay,
  hazardsOf,
  presences,
  SETTLED_DAYS,
  sessionRate,
  stepped,
  stepsOf,
} from "./presence.ts";
import type { Scene } from "./scene.ts";

/** What can be seen of a person's coming: since when they are there, and the sessions of each day of the window. */
export interface SeenVisits {
  readonly signedUpMs: number;
  readonly sessions: readonly number[];
}

/**
 * @file The most that can be said of somebody one has only watched: by Bayes' rule over people whom they might be, drawn as the world draws
 * everybody. `forecast.ts` knows a person's own rate and frailty, which whoever has to estimate them from two months cannot reach; between that
 * figure and this one lies what no model can learn from visits.
 */
export class Lookalikes {
  readonly #scene: Scene;
  readonly #kinds: readonly Kind[];

  /** @param people as the world draws them; not the one who is asked about */
  constructor(scene: Scene, people: readonly Person[]) {
    assert(people.length > 0, "there is somebody they might be");
    assert(!areMoved(scene), "nothing but their habits moves people");
    this.#scene = scene;
    this.#kinds = people.map((person) => kindOf(scene, person));
  }

  /** P(any session within each of `horizons` days from `day` on), as can be known when `day` begins. O(people x day). */
  returns(seen: SeenVisits, day: number, horizons: readonly number[]): number[] {
    const first = firstDay(this.#scene, seen);
    const tenureDays = Math.floor((this.#scene.startMs - seen.signedUpMs) / DAY_MS);
    const daysBefore = Math.min(SETTLED_DAYS, Math.max(0, tenureDays));
    const said = this.#kinds.map((kind) => ({
      ...watched(kind, kind.begins[daysBefore]!, seen.sessions, { first, day }),
      kind,
    }));
    const highest = Math.max(...said.map(({ logLikelihood }) => logLikelihood));
    const weights = said.map(({ logLikelihood }) => Math.exp(logLikelihood - highest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return horizons.map((horizon) => {
      const stays = said.map(({ belief, kind }) => {
        const through = kind.stays(day, horizon);
        return belief.reduce((sum, share, state) => sum + share * through[state]!, 0);
      });
      return 1 - weights.reduce((sum, weight, n) => sum + weight * stays[n]!, 0) / total;
    });
  }
}

/** A person's habits, worked out once for all who are held against them. */
interface Kind {
  /** (from, to) of a night. */
  readonly steps: Float64Array;
  /** (day of the window, state) sessions to be expected, and P(none). */
  readonly rates: Float64Array;
  readonly quiet: Float64Array;
  /** (days since signing up, state) P(state). */
  readonly begins: readonly (readonly number[])[];
  /** State -> P(no session). */
  stays(day: number, horizon: number): readonly number[];
}

const STATES = presences.length;

function kindOf(scene: Scene, person: Person): Kind {
  const nights = stepsOf(hazardsOf(scene, person, neutral));
  const rates = Float64Array.from({ length: scene.config.days * STATES }, (_, at) =>
    sessionRate(scene, person, Math.floor(at / STATES), presences[at % STATES]!, neutral),
  );
  const quiet = rates.map((rate) => Math.exp(-rate));
  const begins = [beliefAtSignUp];
  while (begins.length <= SETTLED_DAYS) begins.push(stepped(begins.at(-1)!, nights));
  const steps = Float64Array.from(nights.flat());
  const stays = new Map<string, readonly number[]>();
  return {
    ...{ steps, rates, quiet, begins },
    stays: (day, horizon) =>
      kept(stays, `${day} ${horizon}`, () => staysAway({ steps, quiet }, day, horizon)),
  };
}

function kept<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}

function staysAway({ steps, quiet }: Pick<Kind, "steps" | "quiet">, day: number, horizon: number): number[] {
  let stays = presences.map(() => 1);
  for (let at = day + horizon - 1; at >= day; at--) {
    const onward = stays;
    const isLast = at === day + horizon - 1;
    stays = presences.map((_, from) => {
      const through = onward.reduce((sum, value, to) => sum + steps[from * STATES + to]! * value, 0);
      return quiet[at * STATES + from]! * (isLast ? 1 : through);
    });
  }
  return stays;
}

/** P(state) when `day` begins, and how likely what was seen until then is, both of one of these habits. */
function watched(
  { steps, rates, quiet }: Kind,
  atFirst: readonly number[],
  sessions: readonly number[],
  { first, day }: { readonly first: number; readonly day: number },
): { readonly belief: readonly number[]; readonly logLikelihood: number } {
  let [engaged, lapsing, away] = atFirst as [number, number, number];
  let logLikelihood = 0;
  for (let at = first; at < day; at++) {
    const count = sessions[at]!;
    const place = at * STATES;
    engaged *= quiet[place]!;
    lapsing *= quiet[place + 1]!;
    if (count > 0) {
      engaged *= rates[place]! ** count; // Poisson but for the factorial, which all have in common
      lapsing *= rates[place + 1]! ** count;
      away = 0;
    }
    const total = engaged + lapsing + away;
    logLikelihood += Math.log(total);
    const [e, l, a] = [engaged / total, lapsing / total, away / total];
    engaged = e * steps[0]! + l * steps[3]! + a * steps[6]!;
    lapsing = e * steps[1]! + l * steps[4]! + a * steps[7]!;
    away = e * steps[2]! + l * steps[5]! + a * steps[8]!;
  }
  return { belief: [engaged, lapsing, away], logLikelihood };
}
