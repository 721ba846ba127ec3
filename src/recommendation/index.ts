export { compareLists, type ListComparison } from "./compare-lists.ts";
export type { FeatureReader } from "./feature-reader.ts";
export type { ItemIndexReport } from "./items/item-index.ts";
export { ItemIndexes } from "./items/item-indexes.ts";
export type { InterestReader, VectorReader } from "./person-reader.ts";
export type {
  Candidate,
  PipelineTrace,
  Query,
  Reason,
  Recommended,
  Scorer,
  SourceTrace,
  StageTrace,
  TagFilters,
} from "./pipeline.ts";
export type { RecommendationRequest, SessionEvent } from "./query.ts";
export {
  type RankedItem,
  type Ranking,
  type Recommendations,
  Recommender,
  type RecommenderParts,
} from "./recommender.ts";
export type { ServedItem, ServedList } from "./served-list.ts";
export { ServedLists } from "./served-lists.ts";
export { shadowOf } from "./surfaces.ts";
