import { assert } from "#base";
import { logBeta, logGamma, nelderMead } from "#numeric";

/** What one customer did: repeat purchases, time of the last, and time observed, all since the first purchase and in one unit. */
export interface Purchases {
  /** Purchases after the first. */
  readonly frequency: number;
  /** Time of the last one; 0 without a repeat. */
  readonly recency: number;
  /** How long the customer has been observed. */
  readonly age: number;
}

/** Purchase rates are gamma(r, alpha), the probability of leaving after a purchase is beta(a, b). */
export interface BgNbd {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/**
 * BG/NBD (Fader, Hardie and Lee 2005, "Counting your customers the easy way", Marketing Science 24): while active a customer buys by a
 * Poisson process, and after any purchase may be gone. The parameters of greatest likelihood, found on logarithms.
 */
export function fitBgNbd(customers: readonly Purchases[]): BgNbd {
  assert(customers.length > 0, "there are customers to learn from");
  const { at } = nelderMead((logs) => -meanLikelihood(customers, ofLogs(logs)), [0, 1, 0, 1]);
  return ofLogs(at);
}

function ofLogs([r = 0, alpha = 0, a = 0, b = 0]: readonly number[]): BgNbd {
  return { r: Math.exp(r), alpha: Math.exp(alpha), a: Math.exp(a), b: Math.exp(b) };
}

/** Logarithm of the likelihood of a customer, on average (equation 6 of the authors' note on the implementation). */
function meanLikelihood(customers: readonly Purchases[], model: BgNbd): number {
  const { r, alpha, a, b } = model;
  const constant = r * Math.log(alpha) - logGamma(r) - logBeta(a, b);
  let sum = 0;
  for (const { frequency: x, recency, age } of customers) {
    const alive = logBeta(a, b + x) - (r + x) * Math.log(alpha + age);
    const gone =
      x > 0 ? logBeta(a + 1, b + x - 1) - (r + x) * Math.log(alpha + recency) : Number.NEGATIVE_INFINITY;
    const highest = Math.max(alive, gone);
    sum += logGamma(r + x) + highest + Math.log(Math.exp(alive - highest) + Math.exp(gone - highest));
  }
  return constant + sum / customers.length;
}

/** Less is as good as nothing, and has no logarithm. */
const LEAST_ALIVE = 1e-12;

/** P(the customer is still there), from what they did (Fader et al. 2008, "Computing P(alive)"). */
export function probabilityAlive(
  { r, alpha, a, b }: BgNbd,
  { frequency: x, recency, age }: Purchases,
): number {
  if (x === 0) return 1;
  const gone = (a / (b + x - 1)) * ((alpha + age) / (alpha + recency)) ** (r + x);
  return Math.max(LEAST_ALIVE, 1 / (1 + gone));
}

/** Purchases expected in the next `period` of a customer who is still there: times P(they are), equation 10 of the paper. */
export function purchasesIfAlive(
  { r, alpha, a, b }: BgNbd,
  { frequency: x, age }: Purchases,
  period: number,
): number {
  const left = hypergeometric(r + x, b + x, a + b + x - 1, period / (alpha + age + period));
  const stays = 1 - ((alpha + age) / (alpha + age + period)) ** (r + x) * left;
  return ((a + b + x - 1) / (a - 1)) * stays;
}

/** Gauss's 2F1 by its series, for 0 <= z < 1. */
function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; Math.abs(term) > 1e-14 * Math.abs(sum) && n < 100_000; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
  }
  return sum;
}
