import { HOUR_MS, type Random } from "#base";
import type { Person } from "./person.ts";
import type { Scene } from "./scene.ts";

/** Whether a click leads to a purchase, and after how long. Never in the first form. */
export function purchaseAfter(
  { config: { dynamics } }: Scene,
  { temper }: Person,
  affinity: number,
  random: Random,
): { readonly delayMs: number } | undefined {
  if (!dynamics || !temper || !random.chance(temper.purchaseShare * affinity)) return undefined;
  return { delayMs: Math.round(random.exponential() * dynamics.purchases.meanDelayHours * HOUR_MS) };
}
