export type { Candidate, Pipeline, Query, Reason } from "./pipeline.ts";
export {
  type RecommendationRequest,
  type Recommendations,
  Recommender,
  type RecommenderParts,
} from "./recommender.ts";
