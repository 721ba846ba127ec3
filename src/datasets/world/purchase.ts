import { HOUR_MS, type Random } from "#base";
import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/** P(a purchase | a click on something of this affinity). Never in the first form. */
export function purchaseProbability({ temper }: Person, affinity: number): number {
  return temper ? temper.purchaseShare * affinity : 0;
}

/** Whether a click leads to a purchase, and after how long. */
export function purchaseAfter(
  { config: { dynamics } }: Scene,
  person: Person,
  affinity: number,
  random: Random,
): { readonly delayMs: number } | undefined {
  if (!dynamics || !random.chance(purchaseProbability(person, affinity))) return undefined;
  return { delayMs: Math.round(random.exponential() * dynamics.purchases.meanDelayHours * HOUR_MS) };
}
