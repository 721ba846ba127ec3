export type { FeatureValue } from "./aggregation.ts";
export { differenceOf, type FeatureDifference } from "./definition/difference.ts";
export { type FeaturePlan, type PlanContext, type PlannedFeature, planFeatures } from "./definition/plan.ts";
export { versionOf } from "./definition/version.ts";
export { collectRows, type PastEvents } from "./history/collect-rows.ts";
export { OnlineFeatures } from "./online/online-features.ts";
export type { OnlineValue } from "./online/read-features.ts";
export { applyFeatures } from "./state/also-apply.ts";
export { backfillFeatures } from "./state/backfill.ts";
