/** Steps of the factor, from a sixteenth to 256 times. */
const STEPS = 49;
const PER_DOUBLING = 4;
/** The step whose factor is 1. */
const ONE = 16;
/** Less than a quarter of what is usual is never looked into: a few queries may all be easy. */
const LOWEST = ONE - 2 * PER_DOUBLING;
/** Queries before anything is changed. */
const LEAST_QUERIES = 10;
/** Beyond so many, earlier ones count half. */
const REMEMBERED = 100;
/** By so much more is found before fewer lists are looked into, lest it go to and fro. */
const SURE = 0.005;

/**
 * How many lists a search has to look into, as a multiple of what is usual for its length, to find a declared share of its neighbours. An exact
 * answer tells for each neighbour how far down the order of lists it lies, hence what any number of lists would have found of it: the factor is the least with
 * which the mean over the last queries is the share that was declared.
 */
export class ProbeTuner {
  readonly #recall: number;
  /** Neighbours by the step that reaches them first; those of one query weigh 1 together. */
  readonly #needs = new Float64Array(STEPS);
  #queries = 0;
  #step = ONE;

  /** `recall`: 0..1 */
  constructor(recall: number) {
    this.#recall = recall;
  }

  /** What the usual number of lists is multiplied with. */
  get factor(): number {
    return factorOf(this.#step);
  }

  /** `needs`: of each neighbour of one query, the number of lists it takes, as a multiple of the usual. True when the factor changes. */
  observe(needs: ArrayLike<number>): boolean {
    if (needs.length === 0) return false;
    if (this.#queries >= REMEMBERED) {
      this.#queries /= 2;
      for (let step = 0; step < STEPS; step++) this.#needs[step]! /= 2;
    }
    this.#queries++;
    for (let at = 0; at < needs.length; at++) this.#needs[stepOf(needs[at]!)]! += 1 / needs.length;
    const step = this.#queries < LEAST_QUERIES ? this.#step : this.#chosen();
    const isChanged = step !== this.#step;
    this.#step = step;
    return isChanged;
  }

  /** The factor stays until as many queries as at first say otherwise. */
  beginAnew(): void {
    this.#needs.fill(0);
    this.#queries = 0;
  }

  #chosen(): number {
    let found = 0;
    for (let step = 0; step < STEPS; step++) {
      found += this.#needs[step]!;
      const wanted = step < this.#step ? Math.min(1, this.#recall + SURE) : this.#recall;
      if (step >= LOWEST && found >= wanted * this.#queries - ROUNDING) return step;
    }
    return STEPS - 1;
  }
}

const ROUNDING = 1e-9;

function factorOf(step: number): number {
  return 2 ** ((step - ONE) / PER_DOUBLING);
}

/** The first step with whose factor as much is looked into. */
function stepOf(need: number): number {
  const step = Math.ceil(ONE + PER_DOUBLING * Math.log2(need) - ROUNDING);
  return Math.max(0, Math.min(STEPS - 1, step));
}
