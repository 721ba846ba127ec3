import { assert } from "#base";

/** Visits on each day, from the first day with one up to a moment; nothing is known before it. */
export type DailyVisits = Uint8Array;

/** A fitted model of coming and staying away: plain data. */
export interface PresenceModel {
  /** Probabilities per day: engaged to lapsing (times a kind's frailty), back, lapsing to away, away to engaged. */
  readonly lapse: number;
  readonly recover: number;
  readonly leave: number;
  readonly comeBack: number;
  /** Visits of somebody lapsing, as a share of their usual. */
  readonly lapsingShare: number;
  /** P(engaged) on the first day, else lapsing. */
  readonly beginsEngaged: number;
  /** Share of each kind of person: `kinds()` in order. */
  readonly kindShares: readonly number[];
}

/** What is to be expected of a person. */
export interface Foresight {
  /** P(any visit in the next 7 days). */
  readonly comes7: number;
  /** P(so many active days in the next 28), the last for that many or more. */
  readonly activeDays28: Float64Array;
  /** P(engaged), P(lapsing), P(away) now. */
  readonly states: readonly number[];
  /** Usual visits a day while engaged. */
  readonly visitsPerDay: number;
}

/**
 * @file Whether somebody is still there, from the days on which they came: a hidden Markov chain of three states by days (engaged with a usual rate of
 * visits, lapsing with a part of it, away with none), over kinds of people who differ in rate and in how easily they lapse. Chain and shares of
 * kinds are estimated from everybody by expectation maximization (Baum et al. 1970; hidden Markov models of customers: Netzer, Lattin and Srinivasan 2008); of one person the forward pass
 * says what kind they may be and in which state, and running the chain on says what comes. Against counting the last 28 days: a long history tells a rare visitor from one who left.
 */

/** Usual visits a day, and factors on the probability of lapsing, that kinds are made of. */
const RATES = Array.from({ length: 14 }, (_, n) => 0.03 * 1.5 ** n);
const FRAILTIES = [0.25, 1, 4] as const;
const KINDS = RATES.flatMap((rate) => FRAILTIES.map((frailty) => ({ rate, frailty })));
const STATES = 3;
/** Days that are looked back on, and visits of a day that are told apart. */
const MOST_DAYS = 365;
const MOST_VISITS = 12;
const MOST_ACTIVE = 12;
const HORIZON = 28;
const WEEK = 7;
const ROUNDS = 15;
const SMALL = 1e-12;
/** Between these, times the factor of one more day, it is still a number. */
const TINY = 1e-280;
const HUGE = 1e280;

const begin: PresenceModel = {
  lapse: 0.02,
  recover: 0.05,
  leave: 0.05,
  comeBack: 0.01,
  lapsingShare: 0.3,
  beginsEngaged: 0.9,
  kindShares: KINDS.map(() => 1 / KINDS.length),
};

/** The chain and the kinds that make what everybody did most likely, after a fixed number of rounds. O(rounds x people x days). */
export function fitPresence(people: readonly DailyVisits[], rounds = ROUNDS): PresenceModel {
  assert(people.length > 0, "there are people to learn from");
  let model = begin;
  for (let round = 0; round < rounds; round++) model = improved(model, people);
  return model;
}

/** What is to be expected of somebody with these visits, from the day after the last one given on. */
export function foresee(model: PresenceModel, visits: DailyVisits): Foresight {
  const days = recent(visits);
  const { steps, chances, outlooks } = tablesOf(model);
  const belief = new Float64Array(KINDS.length * STATES);
  const logLikelihoods = steps.map((step, kind) => {
    const { alphas, logLikelihood } = forward(model, days, step, chances[kind]!, room);
    for (let state = 0; state < STATES; state++)
      belief[kind * STATES + state] = alphas[(days.length - 1) * STATES + state]!;
    return logLikelihood;
  });
  const weights = kindWeights(model, logLikelihoods);
  for (let at = 0; at < belief.length; at++) belief[at]! *= weights[Math.floor(at / STATES)]!;
  return { ...runOn(belief, outlooks), ...summary(belief) };
}

function summary(belief: Float64Array): Pick<Foresight, "states" | "visitsPerDay"> {
  const states = [0, 0, 0];
  let visitsPerDay = 0;
  for (let at = 0; at < belief.length; at++) {
    states[at % STATES]! += belief[at]!;
    visitsPerDay += belief[at]! * KINDS[Math.floor(at / STATES)]!.rate;
  }
  return { states, visitsPerDay };
}

/** The chain run on for 28 days: when the first visit comes, and how many days have one. Of each kind and state it is known already. */
function runOn(belief: Float64Array, outlooks: Float64Array): Pick<Foresight, "comes7" | "activeDays28"> {
  const sums = new Float64Array(OUTLOOK);
  let counted = 0;
  for (let kind = 0; kind < belief.length; kind += STATES) {
    const weight = belief[kind]! + belief[kind + 1]! + belief[kind + 2]!;
    if (weight < NEGLIGIBLE) continue;
    counted += weight;
    for (let at = kind; at < kind + STATES; at++)
      for (let n = 0, from = at * OUTLOOK; n < OUTLOOK; n++) sums[n]! += belief[at]! * outlooks[from + n]!;
  }
  for (let n = 0; n < OUTLOOK; n++) sums[n]! /= counted;
  return { comes7: 1 - sums[OUTLOOK - 1]!, activeDays28: sums.subarray(0, OUTLOOK - 1) };
}

/** P(so many active days in the next 28), then P(none in the next 7). */
const OUTLOOK = MOST_ACTIVE + 2;

/** (kind, state, what lies ahead of somebody who is of that kind and in that state) */
function outlooksOf(model: PresenceModel, steps: readonly Float64Array[]): Float64Array {
  const width = MOST_ACTIVE + 1;
  const outlooks = new Float64Array(KINDS.length * STATES * OUTLOOK);
  for (let at = 0; at < KINDS.length * STATES; at++) {
    const kind = Math.floor(at / STATES);
    const quiet = quietOf(model, KINDS[kind]!.rate);
    const own = outlooks.subarray(at * OUTLOOK, (at + 1) * OUTLOOK);
    // (state, active days so far)
    let now = new Float64Array(STATES * width);
    let next = new Float64Array(now.length);
    now[(at % STATES) * width] = 1;
    for (let day = 1; day <= HORIZON; day++) {
      dayOn(now, steps[kind]!, quiet, next);
      [now, next] = [next, now];
      if (day === WEEK) for (let state = 0; state < STATES; state++) own[width]! += now[state * width]!;
    }
    for (let place = 0; place < now.length; place++) own[place % width]! += now[place]!;
  }
  return outlooks;
}

/** The day after `now`, written into `next`. */
function dayOn(now: Float64Array, step: Float64Array, quiet: readonly number[], next: Float64Array): void {
  const width = MOST_ACTIVE + 1;
  next.fill(0);
  for (let from = 0; from < STATES; from++)
    for (let to = 0; to < STATES; to++) {
      const chance = step[from * STATES + to]!;
      if (chance === 0) continue;
      const stays = chance * quiet[to]!;
      const comes = chance - stays;
      for (let count = 0; count < width; count++) {
        const share = now[from * width + count]!;
        next[to * width + count]! += share * stays;
        next[to * width + Math.min(MOST_ACTIVE, count + 1)]! += share * comes;
      }
    }
}

/** P(no visit on a day) by state. */
function quietOf({ lapsingShare }: PresenceModel, rate: number): readonly number[] {
  return [Math.exp(-rate), Math.exp(-rate * lapsingShare), 1];
}

function recent(visits: DailyVisits): DailyVisits {
  assert(visits.length > 0, "there is a first day");
  return visits.length <= MOST_DAYS ? visits : visits.subarray(-MOST_DAYS);
}

interface Tables {
  readonly steps: readonly Float64Array[];
  readonly chances: readonly Float64Array[];
  readonly outlooks: Float64Array;
}

/** What a model comes to for each kind, worked out once. */
const tables = new WeakMap<PresenceModel, Tables>();

function tablesOf(model: PresenceModel): Tables {
  const known = tables.get(model);
  if (known) return known;
  const steps = stepsOf(model);
  const made = { steps, chances: emissions(model), outlooks: outlooksOf(model, steps) };
  tables.set(model, made);
  return made;
}

/** Kind -> (from, to). */
function stepsOf({ lapse, recover, leave, comeBack }: PresenceModel): Float64Array[] {
  return KINDS.map(({ frailty }) => {
    const lapses = Math.min(0.5, lapse * frailty);
    return Float64Array.of(
      1 - lapses,
      lapses,
      0,
      recover,
      1 - recover - leave,
      leave,
      comeBack,
      0,
      1 - comeBack,
    );
  });
}

/** Kind -> (visits, state): Poisson but for the factorial, which all have in common. */
function emissions({ lapsingShare }: PresenceModel): Float64Array[] {
  return KINDS.map(({ rate }) => {
    const table = new Float64Array((MOST_VISITS + 1) * STATES);
    for (let visits = 0; visits <= MOST_VISITS; visits++)
      for (const [state, share] of [1, lapsingShare, 0].entries()) {
        const mean = rate * share;
        table[visits * STATES + state] = mean === 0 ? Number(visits === 0) : mean ** visits * Math.exp(-mean);
      }
    return table;
  });
}

interface Forward {
  /** (days, state): P(state | what was seen up to the day). */
  readonly alphas: Float64Array;
  /** Day -> P(what was seen on it | before it). */
  readonly scales: Float64Array;
  readonly logLikelihood: number;
}

/** What a pass writes, for as many days as are looked back on: who wants only its end uses it again for the next. */
function roomFor(days: number): Pick<Forward, "alphas" | "scales"> {
  return { alphas: new Float64Array(days * STATES), scales: new Float64Array(days).fill(1) };
}

const room = roomFor(MOST_DAYS);

/** The first day only begins: that there was a visit on it is why we know of the person. */
function forward(
  { beginsEngaged }: PresenceModel,
  days: DailyVisits,
  step: Float64Array,
  chances: Float64Array,
  { alphas, scales } = roomFor(days.length),
): Forward {
  alphas[0] = beginsEngaged;
  alphas[1] = 1 - beginsEngaged;
  alphas[2] = 0;
  let logLikelihood = 0;
  let likelihood = 1; // of the days since the last logarithm: one for each day would take as long as all else
  for (let day = 1; day < days.length; day++) {
    const seen = Math.min(MOST_VISITS, days[day]!) * STATES;
    const at = day * STATES;
    const engaged = alphas[at - 3]!;
    const lapsing = alphas[at - 2]!;
    const away = alphas[at - 1]!;
    let total = SMALL;
    for (let to = 0; to < STATES; to++) {
      const share = engaged * step[to]! + lapsing * step[STATES + to]! + away * step[2 * STATES + to]!;
      alphas[at + to] = share * chances[seen + to]!;
      total += alphas[at + to]!;
    }
    for (let to = 0; to < STATES; to++) alphas[at + to]! /= total;
    scales[day] = total;
    likelihood *= total;
    if (likelihood > TINY && likelihood < HUGE) continue;
    logLikelihood += Math.log(likelihood);
    likelihood = 1;
  }
  return { alphas, scales, logLikelihood: logLikelihood + Math.log(likelihood) };
}

/** P(kind | what was seen). */
function kindWeights({ kindShares }: PresenceModel, logLikelihoods: readonly number[]): number[] {
  const logs = logLikelihoods.map((likelihood, kind) => likelihood + Math.log(kindShares[kind]! + SMALL));
  const highest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** What a round counts, in expectation. */
interface Sums {
  readonly kinds: Float64Array;
  /** (from, to) */
  readonly moves: Float64Array;
  /** Days engaged, weighted by the kind's frailty. */
  frailDays: number;
  lapsingVisits: number;
  /** Visits that somebody lapsing would have made engaged. */
  lapsingUsual: number;
  begunEngaged: number;
}

function improved(model: PresenceModel, people: readonly DailyVisits[]): PresenceModel {
  const steps = stepsOf(model);
  const chances = emissions(model);
  const sums: Sums = {
    kinds: new Float64Array(KINDS.length),
    moves: new Float64Array(STATES * STATES),
    ...{ frailDays: 0, lapsingVisits: 0, lapsingUsual: 0, begunEngaged: 0 },
  };
  for (const visits of people) {
    const days = recent(visits);
    const passes = KINDS.map((_, kind) => forward(model, days, steps[kind]!, chances[kind]!));
    const logLikelihoods = passes.map(({ logLikelihood }) => logLikelihood);
    const weights = kindWeights(model, logLikelihoods);
    for (const [kind, pass] of passes.entries()) {
      const weight = weights[kind]!;
      sums.kinds[kind]! += weight;
      if (weight > NEGLIGIBLE)
        countBack(sums, pass, { days, kind, weight, step: steps[kind]!, chances: chances[kind]! });
    }
  }
  return maximized(sums, people.length);
}

/** A kind that somebody is of with less than this changes nothing. */
const NEGLIGIBLE = 5e-3;

/** The backward pass of one person as one kind, and what it adds to the sums. */
function countBack(
  sums: Sums,
  { alphas, scales }: Forward,
  given: {
    readonly days: DailyVisits;
    readonly kind: number;
    readonly weight: number;
    readonly step: Float64Array;
    readonly chances: Float64Array;
  },
): void {
  const { days, kind, weight, step, chances } = given;
  const { rate, frailty } = KINDS[kind]!;
  const later = [1, 1, 1];
  for (let day = days.length - 1; day >= 0; day--) {
    const lapsing = weight * alphas[day * STATES + 1]! * later[1]!;
    if (day > 0) {
      sums.lapsingVisits += lapsing * days[day]!;
      sums.lapsingUsual += lapsing * rate;
    } else sums.begunEngaged += weight * alphas[0]! * later[0]!;
    if (day === 0) break;
    const seen = Math.min(MOST_VISITS, days[day]!) * STATES;
    const onward = later.map((value, to) => (value * chances[seen + to]!) / scales[day]!);
    for (let from = 0; from < STATES; from++) {
      const before = alphas[(day - 1) * STATES + from]!;
      let sum = 0;
      for (let to = 0; to < STATES; to++) {
        const chance = step[from * STATES + to]! * onward[to]!;
        sum += chance;
        const moved = weight * before * chance;
        sums.moves[from * STATES + to]! += moved;
        if (from === 0) sums.frailDays += frailty * moved;
      }
      later[from] = sum;
    }
  }
}

function maximized({ kinds, moves, ...sums }: Sums, people: number): PresenceModel {
  const row = (from: number): number =>
    moves[3 * from]! + moves[3 * from + 1]! + moves[3 * from + 2]! + SMALL;
  return {
    lapse: moves[1]! / (sums.frailDays + SMALL),
    recover: moves[3]! / row(1),
    leave: moves[5]! / row(1),
    comeBack: moves[6]! / row(2),
    lapsingShare: Math.min(0.9, sums.lapsingVisits / (sums.lapsingUsual + SMALL)),
    beginsEngaged: sums.begunEngaged / people,
    kindShares: Array.from(kinds, (share) => share / people),
  };
}
