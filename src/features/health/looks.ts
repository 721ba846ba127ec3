import { DAY_MS } from "#base";
import type { FeatureHealth, HealthReport } from "./check-health.ts";

/** @file What was found of features at earlier looks: the newest one by one, those before them one a day. */

/** What one look found of one feature. */
export interface FeatureLook
  extends Pick<
    FeatureHealth,
    "version" | "stabilityIndex" | "indexByChance" | "skew" | "nullRate" | "freshnessSeconds" | "quantiles"
  > {
  /** ISO 8601. */
  readonly at: string;
}

/** Feature -> its looks, oldest first. */
export type FeatureLooks = Readonly<Record<string, readonly FeatureLook[]>>;

const NEWEST = 48;
const DAYS = 90;

/** With what was just found; of features that are gone nothing is kept. */
export function withLook(
  looks: FeatureLooks,
  { at, features }: Pick<HealthReport, "at" | "features">,
): FeatureLooks {
  return Object.fromEntries(
    features.map(
      ({ name, version, stabilityIndex, indexByChance, skew, nullRate, freshnessSeconds, quantiles }) => {
        const found = {
          at,
          version,
          stabilityIndex,
          indexByChance,
          skew,
          nullRate,
          freshnessSeconds,
          quantiles,
        };
        const before = Object.hasOwn(looks, name) ? looks[name]! : []; // its own
        return [name, thinned([...before.filter((look) => look.at !== at), found])];
      },
    ),
  );
}

function thinned(looks: readonly FeatureLook[]): FeatureLook[] {
  const older = looks.slice(0, -NEWEST);
  const dayOf = ({ at }: FeatureLook): number => Math.floor(Date.parse(at) / DAY_MS);
  const lastOfDays = older.filter(
    (look, n) => n === older.length - 1 || dayOf(older[n + 1]!) !== dayOf(look),
  );
  return [...lastOfDays.slice(-DAYS), ...looks.slice(-NEWEST)];
}
