import type { FeatureHealthResponse } from "#api";

type Spread = NonNullable<FeatureHealthResponse["features"][number]["spread"]>;

/** The part of the people looked at whose value is below this one, by the bars that lie wholly below it; 0..1. */
export function shareBelow(value: number, { bounds, now }: Pick<Spread, "bounds" | "now">): number {
  const whole = now.reduce((sum, part) => sum + part, 0);
  const below = now.reduce((sum, part, bar) => sum + (bounds[bar + 1]! <= value ? part : 0), 0);
  return whole === 0 ? 0 : below / whole;
}
