import { DAY_MS } from "#base";
import {
  type BgNbd,
  type Driver,
  expectedValue,
  fitBgNbd,
  fitGammaGamma,
  type GammaGamma,
  type Purchases,
  probabilityAlive,
  purchasesIfAlive,
  type Spending,
} from "#models";
import type { Act } from "./activity-features.ts";
import type { Goal } from "./prediction-targets.ts";

/** How customers of one goal come again, and what they spend: plain data. */
export interface PurchaseModel {
  readonly goal: Goal;
  readonly bgNbd: BgNbd;
  readonly gammaGamma: GammaGamma;
  /** Geometric means over the customers learned from of what a figure is the product of. */
  readonly typical: Factors;
  readonly customers: number;
}

/** What a customer is expected to buy, from a moment on. */
export interface RepeatPurchases {
  /** Name of the goal. */
  readonly goal: string;
  readonly withinDays: number;
  /** P(they still are a customer). */
  readonly probabilityAlive: number;
  readonly purchases: number;
  readonly valuePerPurchase: number;
  /** Of all of them together, in the unit of the events' `value`. */
  readonly value: number;
  /** Logarithms of what the value is the product of, against the typical customer: they add up to that of the ratio. */
  readonly drivers: readonly Driver[];
}

interface Factors {
  readonly whileTheyStay: number;
  readonly alive: number;
  readonly worth: number;
}

const LEAST_CUSTOMERS = 50;
const LEAST_REPEATED = 10;
/** Learned from about so many at most: four and three parameters want no more. */
const MOST_CUSTOMERS = 3000;
const WEEK_DAYS = 7;

/**
 * @file Repeat purchases and their value (BG/NBD and Gamma-Gamma, `models/lifetime-value`) of goals whose events carry a `value`. Purchases of one UTC day
 * are one, times are in weeks, and the first purchase says when somebody became a customer, not what they spend: as the
 * authors read CDNOW.
 */

/** `undefined` where too few came again, or values are so wild that they have no mean. */
export function fitRepeatPurchases(
  people: readonly (readonly Act[])[],
  goal: Goal,
  untilMs: number,
): PurchaseModel | undefined {
  const all = people.flatMap((acts) => customerOf(acts, goal, untilMs) ?? []);
  const every = Math.max(1, Math.ceil(all.length / MOST_CUSTOMERS));
  const customers = all.filter((_, at) => at % every === 0);
  const repeated = customers.filter(({ frequency, meanValue }) => frequency > 0 && meanValue > 0);
  if (customers.length < LEAST_CUSTOMERS || repeated.length < LEAST_REPEATED) return undefined;
  const [bgNbd, gammaGamma] = [fitBgNbd(customers), fitGammaGamma(repeated)];
  if (!(gammaGamma.q > 1)) return undefined;
  const factors = customers.map((customer) => factorsOf({ bgNbd, gammaGamma, goal }, customer));
  const typicalOf = (name: keyof Factors): number =>
    Math.exp(factors.reduce((sum, one) => sum + Math.log(one[name]), 0) / factors.length);
  const typical = {
    whileTheyStay: typicalOf("whileTheyStay"),
    alive: typicalOf("alive"),
    worth: typicalOf("worth"),
  };
  return { goal, bgNbd, gammaGamma, typical, customers: customers.length };
}

/** From what a person did before a moment; `undefined` for somebody who had bought nothing. */
export function foreseePurchases(
  model: PurchaseModel,
  acts: readonly Act[],
  atMs: number,
): RepeatPurchases | undefined {
  const customer = customerOf(acts, model.goal, atMs);
  if (!customer) return undefined;
  const factors = factorsOf(model, customer);
  const purchases = factors.whileTheyStay * factors.alive;
  const drivers = names.map(([name, factor]) => ({
    name,
    effect: Math.log(factors[factor] / model.typical[factor]),
  }));
  return {
    goal: model.goal.name,
    withinDays: model.goal.withinDays,
    probabilityAlive: factors.alive,
    purchases,
    valuePerPurchase: factors.worth,
    value: purchases * factors.worth,
    drivers: drivers.sort((left, right) => Math.abs(right.effect) - Math.abs(left.effect)),
  };
}

const names = [
  ["how often they buy while they stay", "whileTheyStay"],
  ["whether they still are a customer", "alive"],
  ["what a purchase is worth", "worth"],
] as const satisfies readonly (readonly [string, keyof Factors])[];

type Customer = Purchases & Spending;

function customerOf(acts: readonly Act[], { action }: Goal, atMs: number): Customer | undefined {
  const spent = new Map<number, number>(); // day -> value
  for (const { action: done, timestampMs, value = 0 } of acts) {
    if (done !== action || timestampMs >= atMs) continue;
    const day = Math.floor(timestampMs / DAY_MS);
    spent.set(day, (spent.get(day) ?? 0) + Math.max(0, value));
  }
  if (spent.size === 0) return undefined;
  const days = [...spent.keys()].sort((left, right) => left - right);
  const first = days[0]!; // there is one
  const frequency = days.length - 1;
  const value = days.slice(1).reduce((sum, day) => sum + spent.get(day)!, 0);
  return {
    frequency,
    recency: (days.at(-1)! - first) / WEEK_DAYS,
    age: Math.max(0, Math.floor(atMs / DAY_MS) - first) / WEEK_DAYS,
    meanValue: frequency === 0 ? 0 : value / frequency,
  };
}

function factorsOf(
  { bgNbd, gammaGamma, goal }: Pick<PurchaseModel, "bgNbd" | "gammaGamma" | "goal">,
  customer: Customer,
): Factors {
  return {
    alive: probabilityAlive(bgNbd, customer),
    whileTheyStay: purchasesIfAlive(bgNbd, customer, goal.withinDays / WEEK_DAYS),
    worth: expectedValue(gammaGamma, customer),
  };
}
