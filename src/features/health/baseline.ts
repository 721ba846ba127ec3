import { type FeaturePlan, type PlannedFeature, plannedFeature } from "../definition/plan.ts";
import { Distribution } from "./drift.ts";
import type { Measure } from "./measure.ts";

/**
 * @file What drift is measured against: of each feature how its values lay when it was first looked at, or when somebody said that this is how they should lie.
 * Format 2; in format 1, without a word on it, what is no number has its absence alone and is begun again.
 */
export interface FeatureBaseline {
  readonly at: string;
  readonly format?: number;
  /** `version` is the lineage. */
  readonly features: Readonly<Record<string, KeptDistribution>>;
}

interface KeptDistribution {
  readonly version: string;
  readonly distribution: string;
}

const FORMAT = 2;

/** Of all features, as they were found. */
export function newBaseline(
  nowMs: number,
  plan: FeaturePlan,
  found: ReadonlyMap<string, Distribution>,
): FeatureBaseline {
  const features = Array.from(found, ([name, distribution]): [string, KeptDistribution] => {
    const version = plannedFeature(plan, name)!.lineage; // one of its names
    return [name, { version, distribution: distribution.encode() }];
  });
  return { at: new Date(nowMs).toISOString(), format: FORMAT, features: Object.fromEntries(features) };
}

/** The same of the feature, as it was; `undefined` where that is of another lineage, or says nothing of such values. */
export function keptOf(
  { format = 1, features }: Pick<FeatureBaseline, "format" | "features"> = { features: {} },
  { definition: { name }, lineage }: PlannedFeature,
  measure: Measure,
): Distribution | undefined {
  const kept = Object.hasOwn(features, name) ? features[name] : undefined; // its own
  const isReadable = format === FORMAT || (format === 1 && measure === "numbers");
  return isReadable && kept?.version === lineage
    ? Distribution.decode(measure, kept.distribution)
    : undefined;
}

/** What was kept, as far as it still is of these features; the others begin with what was found of them now. */
export function continued(
  before: FeatureBaseline,
  found: FeatureBaseline,
  isKept: (name: string) => boolean,
): FeatureBaseline {
  const features = Object.entries(found.features).map(
    ([name, fresh]) => [name, isKept(name) ? before.features[name]! : fresh] as const, // it is there
  );
  return { at: before.at, format: FORMAT, features: Object.fromEntries(features) };
}
