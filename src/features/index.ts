export type { FeatureValue } from "./aggregation.ts";
export { differenceOf, type FeatureDifference } from "./definition/difference.ts";
export {
  type FeaturePlan,
  type PlanContext,
  type PlannedFeature,
  planFeatures,
  plannedFeature,
} from "./definition/plan.ts";
export { columnTypeOf } from "./definition/value-type.ts";
export { FeatureVectors } from "./feature-vectors.ts";
export { continued, type FeatureBaseline } from "./health/baseline.ts";
export {
  checkHealth,
  type FeatureHealth,
  type HealthReport,
} from "./health/check-health.ts";
export { type FeatureLook, type FeatureLooks, withLook } from "./health/looks.ts";
export type { PastMoment } from "./health/past-moments.ts";
export type { Spread } from "./health/spread.ts";
export type { PastEvents } from "./history/collect-rows.ts";
export {
  getHistoricalFeatures,
  getHistoricalVectors,
  type HistoricalAsk,
  type HistoricalQuery,
  type HistoricalRow,
  type HistoricalVectors,
} from "./history/historical-features.ts";
export { mutualInformation } from "./history/informative.ts";
export { type ServedFeatures, ServedLog, servedAt } from "./history/served-features.ts";
export { forgetInItems } from "./items/forget-items.ts";
export { userPartitions } from "./items/item-keys.ts";
export { type EntityRow, joinKeysOf } from "./online/entity-rows.ts";
export { type AskedFeatures, OnlineFeatures } from "./online/online-features.ts";
export { type OnlineValue, type Status, ValueTable } from "./online/value-table.ts";
export { applyFeatures } from "./state/also-apply.ts";
export { backfillFeatures } from "./state/backfill.ts";
export { FEATURE_FORMAT } from "./state/feature-head.ts";
