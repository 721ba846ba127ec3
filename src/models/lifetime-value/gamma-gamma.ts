import { assert } from "#base";
import { logGamma, nelderMead } from "#numeric";

/** What a customer spent: repeat purchases, and their mean value. */
export interface Spending {
  readonly frequency: number;
  readonly meanValue: number;
}

/** Values of a customer's purchases are gamma(p, nu), nu over customers gamma(q, v). */
export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  readonly v: number;
}

/**
 * Gamma-Gamma (Fader and Hardie 2013, "The Gamma-Gamma model of monetary value"): what a purchase is worth, independent of how often
 * one buys. The parameters of greatest likelihood over customers with a repeat purchase of some value.
 */
export function fitGammaGamma(customers: readonly Spending[]): GammaGamma {
  const repeated = customers.filter(({ frequency, meanValue }) => frequency > 0 && meanValue > 0);
  assert(repeated.length > 0, "somebody came again");
  const { at } = nelderMead((logs) => -meanLikelihood(repeated, ofLogs(logs)), [1, 1, 1]);
  return ofLogs(at);
}

function ofLogs([p = 0, q = 0, v = 0]: readonly number[]): GammaGamma {
  return { p: Math.exp(p), q: Math.exp(q), v: Math.exp(v) };
}

function meanLikelihood(customers: readonly Spending[], { p, q, v }: GammaGamma): number {
  let sum = 0;
  for (const { frequency: x, meanValue: m } of customers)
    sum +=
      logGamma(p * x + q) -
      logGamma(p * x) -
      logGamma(q) +
      q * Math.log(v) +
      (p * x - 1) * Math.log(m) +
      p * x * Math.log(x) -
      (p * x + q) * Math.log(x * m + v);
  return sum / customers.length;
}

/** Mean value expected of a customer's purchases: their own mean, drawn towards everybody's the more the fewer there were. */
export function expectedValue({ p, q, v }: GammaGamma, { frequency: x, meanValue }: Spending): number {
  const own = (p * x) / (p * x + q - 1);
  return (1 - own) * ((v * p) / (q - 1)) + own * meanValue;
}
