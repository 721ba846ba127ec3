import { assert } from "#base";

/** Where an interest stands in its life. */
export type InterestStage = "new" | "growing" | "habit" | "fading";
export const interestStages: readonly InterestStage[] = ["new", "growing", "habit", "fading"];

/** How interests live, in the population: rates per day, half-lives in days. */
export interface InterestLifeRates {
  /** Part of all interests that are there when a person is first seen. */
  readonly presentAtFirst: number;
  /** Rates of being born, of growing becoming habit, of habit fading, and of what has faded coming back. */
  readonly birth: number;
  readonly settling: number;
  readonly fading: number;
  readonly revival: number;
  /** Part of those that become a habit which are one for good. */
  readonly lasting: number;
  /** Half of the way to full strength, and down to nothing. */
  readonly growthHalfLife: number;
  readonly fadeHalfLife: number;
  /** Part of a person's engagements that falls on any topic without an interest. */
  readonly chance: number;
  /** How much engagements of one day hang together: infinite for not at all (concentration of a beta-binomial). */
  readonly concentration: number;
}

/** An interest is new for so many days. */
const NEW_DAYS = 7;
/** Part of a person's engagements that an interest in full strength takes: what it may be, evenly in logarithms. */
const SHARES = [0.7, 0.3, 0.12, 0.05];
/** Levels of strength, each one day of fading below the one before. */
const LEVELS = 10;
/** Engagements of a day beyond so many are counted in proportion. */
const MOST_A_DAY = 24;
/** What is left of the cells before they are made to sum to one again. */
const SMALL = 1e-100;
/** An interest that is there when a person is first seen was born within so many days, on any of them alike. */
const DAYS_BEFORE = 200;

const UNBORN = 0;
const FIRST_NEW = 1;
const GROWING = FIRST_NEW + NEW_DAYS;
const HABIT = GROWING + LEVELS;
const LASTING = HABIT + LEVELS;
const FADING = LASTING + LEVELS;
const STATES = FADING + LEVELS;

/**
 * @file The life of an interest as a hidden Markov chain, day by day, walked forward (Rabiner 1989, section III.A): unborn, new for seven days, growing,
 * habit, fading, perhaps growing again; some habits never fade (movers and stayers, Blumen, Kogan and McCarthy 1955). While it grows its strength goes half of the way to full every half-life, while it fades
 * half of the way to nothing. What is seen of it: of the day's engagements, how many were with the interest, which is beta-binomial about
 * `chance + share x strength`; the day's total is given, so that coming less often says nothing. The share is unknown and carried
 * along. Nothing later than the day is looked at, and a forward pass is all there is: what was said of a day stays said.
 *
 *     cell = share x (unborn, new 1..7, and by level growing, habit, lasting, fading)
 */
export class InterestLife {
  readonly rates: InterestLifeRates;
  readonly #shares: readonly number[];
  /** Cell -> part of the day's engagements. */
  readonly #parts: Float64Array;
  /** Level -> the level below the grown one, and what of it goes to the next. */
  readonly #grownTo: Int32Array;
  readonly #grownRest: Float64Array;
  readonly #first: Float64Array;
  readonly #room: { readonly cells: Float64Array; readonly next: Float64Array };
  /** `n x 32 + k` -> likelihood by cell. */
  readonly #likelihoods = new Map<number, Float64Array>();

  constructor(
    rates: InterestLifeRates,
    { shares = SHARES, daysBefore = DAYS_BEFORE }: { shares?: readonly number[]; daysBefore?: number } = {},
  ) {
    this.rates = rates;
    this.#shares = shares;
    const { growthHalfLife, fadeHalfLife, chance } = rates;
    const step = 2 ** (-1 / fadeHalfLife);
    const strengths = new Float64Array(STATES);
    for (let day = 0; day < NEW_DAYS; day++)
      strengths[FIRST_NEW + day] = 1 - 2 ** (-(day + 0.5) / growthHalfLife);
    for (let level = 0; level < LEVELS; level++)
      for (const stage of [GROWING, HABIT, LASTING, FADING]) strengths[stage + level] = step ** level;
    this.#parts = Float64Array.from({ length: shares.length * STATES }, (_, cell) => {
      const strength = strengths[cell % STATES]!;
      return Math.min(0.98, chance + shares[Math.floor(cell / STATES)]! * strength);
    });
    this.#grownTo = new Int32Array(LEVELS + 1);
    this.#grownRest = new Float64Array(LEVELS + 1);
    for (let level = 0; level <= LEVELS; level++) {
      // The last is where an interest stops being new.
      const next =
        level < LEVELS
          ? 1 - (1 - step ** level) * 2 ** (-1 / growthHalfLife)
          : 1 - 2 ** (-NEW_DAYS / growthHalfLife);
      const place = Math.min(LEVELS - 1, Math.max(0, Math.log(next) / Math.log(step)));
      this.#grownTo[level] = Math.floor(place);
      this.#grownRest[level] = place - Math.floor(place);
    }
    this.#first = this.#beforeAll(daysBefore);
    this.#room = { cells: this.#first.slice(), next: this.#first.slice() };
  }

  /**
   * Walks through days and shows the probability of each stage after each; returns the logarithm of the likelihood of it all.
   * @param counts (days) engagements with the interest
   * @param totals (days) all engagements, at least as many
   * @param visit told the day, (new, growing, habit, fading), which sum to 1: an interest that is there, and the cells; both are used again
   * @param after goes on after a day, from the cells as they were on it
   */
  walk(
    counts: ArrayLike<number>,
    totals: ArrayLike<number>,
    visit?: (day: number, stages: Float64Array, cells: Float64Array) => void,
    after?: { readonly day: number; readonly cells: Float64Array },
  ): number {
    assert(counts.length === totals.length, "each day has a count and a total");
    let cells = this.#room.cells; // nobody walks while another does
    let next = this.#room.next;
    cells.set(after?.cells ?? this.#first);
    const stages = new Float64Array(interestStages.length);
    let logLikelihood = 0;
    for (let day = after ? after.day + 1 : 0; day < counts.length; day++) {
      if (day > 0) {
        this.#advance(cells, next);
        [cells, next] = [next, cells];
      }
      if (totals[day]! > 0) logLikelihood += this.#see(cells, counts[day]!, totals[day]!);
      if (visit) {
        sumStages(cells, stages);
        visit(day, stages, cells);
      }
    }
    return logLikelihood + Math.log(sumOf(cells));
  }

  /** One day on. O(cells). */
  #advance(from: Float64Array, to: Float64Array): void {
    const { birth, settling, fading, revival, lasting } = this.rates;
    const settles = 1 - Math.exp(-settling);
    const fades = 1 - Math.exp(-fading);
    const revives = 1 - Math.exp(-revival);
    const keeps = 1 - settles;
    const endures = 1 - fades;
    const sleeps = 1 - revives;
    const [grownTo, grownRest] = [this.#grownTo, this.#grownRest];
    to.fill(0);
    for (let at = 0; at < from.length; at += STATES) {
      const unborn = from[at + UNBORN]!;
      to[at + UNBORN] = unborn * (1 - birth);
      to[at + FIRST_NEW] = unborn * birth;
      for (let day = 1; day < NEW_DAYS; day++) to[at + FIRST_NEW + day] = from[at + FIRST_NEW + day - 1]!;
      grow(to, at + GROWING + grownTo[LEVELS]!, grownRest[LEVELS]!, from[at + GROWING - 1]!);
      for (let level = 0; level < LEVELS; level++) {
        const growing = from[at + GROWING + level]!;
        const habit = from[at + HABIT + level]!;
        const faded = from[at + FADING + level]!;
        const place = at + grownTo[level]!;
        const rest = grownRest[level]!;
        grow(to, place + GROWING, rest, growing * keeps + faded * revives);
        grow(to, place + HABIT, rest, growing * settles * (1 - lasting) + habit * endures);
        grow(to, place + LASTING, rest, growing * settles * lasting + from[at + LASTING + level]!);
        grow(to, place + FADING, rest, habit * fades);
        to[at + FADING + Math.min(LEVELS - 1, level + 1)]! += faded * sleeps;
      }
    }
  }

  /** Takes in a day's engagements; returns the logarithm of what was taken out of the cells to keep them from vanishing. */
  #see(cells: Float64Array, count: number, total: number): number {
    const likelihood = this.#likelihoodOf(count, total);
    for (let cell = 0; cell < cells.length; cell++) cells[cell]! *= likelihood[cell]!;
    if (isLarge(cells)) return 0; // still numbers: what comes off them later is the same
    const sum = sumOf(cells);
    for (let cell = 0; cell < cells.length; cell++) cells[cell]! /= sum;
    return Math.log(sum);
  }

  #likelihoodOf(count: number, total: number): Float64Array {
    const n = Math.min(MOST_A_DAY, total);
    const k = total > n ? Math.min(n, Math.ceil((count * n) / total)) : count;
    const key = n * 32 + k;
    const known = this.#likelihoods.get(key);
    if (known) return known;
    const { concentration } = this.rates;
    const made = this.#parts.map((part) => betaBinomial(k, n, part, concentration));
    this.#likelihoods.set(key, made);
    return made;
  }

  /** A person's first day: interests of any age, and those to come; every share alike. */
  #beforeAll(daysBefore: number): Float64Array {
    const { presentAtFirst } = this.rates;
    const size = this.#shares.length * STATES;
    let cells = new Float64Array(size);
    let next = new Float64Array(size);
    const ofAnyAge = new Float64Array(STATES);
    cells[FIRST_NEW] = 1;
    for (let day = 0; day < daysBefore; day++) {
      for (let state = FIRST_NEW; state < STATES; state++) ofAnyAge[state]! += cells[state]! / daysBefore;
      this.#advance(cells, next);
      [cells, next] = [next, cells];
    }
    return Float64Array.from({ length: size }, (_, cell) => {
      const state = cell % STATES;
      const part = state === UNBORN ? 1 - presentAtFirst : presentAtFirst * ofAnyAge[state]!;
      return part / this.#shares.length;
    });
  }
}

function sumOf(cells: Float64Array): number {
  let sum = 0;
  for (let cell = 0; cell < cells.length; cell++) sum += cells[cell]!;
  return sum;
}

/** Whether the cells sum to more than what is small; most days one look says so. */
function isLarge(cells: Float64Array): boolean {
  let sum = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    sum += cells[cell]!;
    if (sum > SMALL) return true;
  }
  return false;
}

/** Divides a probability between the level at a place, within a stage, and the one after it. */
function grow(cells: Float64Array, place: number, rest: number, probability: number): void {
  const above = rest * probability;
  cells[place]! += probability - above;
  if (above > 0) cells[place + 1]! += above;
}

/** (new, growing, habit, fading) of an interest that is there. */
function sumStages(cells: Float64Array, into: Float64Array): void {
  let isNew = 0;
  let grows = 0;
  let isHabit = 0;
  let fades = 0;
  for (let at = 0; at < cells.length; at += STATES) {
    for (let state = FIRST_NEW; state < GROWING; state++) isNew += cells[at + state]!;
    for (let level = 0; level < LEVELS; level++) {
      grows += cells[at + GROWING + level]!;
      isHabit += cells[at + HABIT + level]! + cells[at + LASTING + level]!;
      fades += cells[at + FADING + level]!;
    }
  }
  const total = isNew + grows + isHabit + fades;
  into[0] = isNew / total;
  into[1] = grows / total;
  into[2] = isHabit / total;
  into[3] = fades / total;
}

/** P(k of n) where the probability of each is beta with mean `part` and the given concentration, without the binomial coefficient. */
function betaBinomial(k: number, n: number, part: number, concentration: number): number {
  const alpha = part * concentration;
  const beta = (1 - part) * concentration;
  let probability = 1;
  for (let at = 0; at < k; at++) probability *= (alpha + at) / (concentration + at);
  for (let at = 0; at < n - k; at++) probability *= (beta + at) / (concentration + k + at);
  return probability;
}
