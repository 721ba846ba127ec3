import type { AlsoApply } from "#sequences";
import type { FeaturePlan } from "../definition/plan.ts";
import { FeatureState } from "./apply-features.ts";

/** What the applier does for features with every run of events; `undefined`, and no cost, where none reads events. */
export function applyFeatures(plan: FeaturePlan): AlsoApply | undefined {
  if (plan.tallies.length + plan.items.tallies.length === 0) return undefined;
  let features: FeatureState | undefined;
  return (byUser, { state, catalogue, partition }) => {
    features ??= new FeatureState(plan, catalogue); // an applier has one catalogue
    return features.apply(byUser, partition, state);
  };
}
