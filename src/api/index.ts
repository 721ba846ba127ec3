export {
  AsOfQuerystring,
  IngestResponse,
  ItemParams,
  ModelVersion,
  Problem,
  UserParams,
} from "./common.ts";
export { DeadLetterBody, DeadLettersQuerystring, DeadLettersResponse } from "./dead-letters.ts";
export { ErasureAccepted, ErasureBody, ErasureParams, ErasureRequest, ErasureResponse } from "./erasures.ts";
export {
  FeatureBody,
  FeatureCourseResponse,
  FeatureHealthResponse,
  FeatureParams,
  FeaturesResponse,
  OnlineFeaturesBody,
  OnlineFeaturesResponse,
  UserFeatureCourseResponse,
  UserFeatureParams,
} from "./features.ts";
export { type FedEventLine, FeedCommit, type FeedMarkLine, FeedQuerystring } from "./feed.ts";
export { IndexesResponse } from "./indexes.ts";
export {
  BATCH_BYTES,
  BatchBody,
  BatchEnvelope,
  ITEMS_BYTES,
  ItemsBody,
  ItemsEnvelope,
} from "./ingest.ts";
export {
  InterestBody,
  InterestControlResponse,
  InterestParams,
  InterestsBody,
  InterestsQuerystring,
  InterestsResponse,
  JourneyBody,
  PredictionsBody,
  UserStateBody,
} from "./interests.ts";
export {
  ItemInput,
  ItemResponse,
  ItemsQuerystring,
  ItemsResponse,
  NearestQuerystring,
  NearestResponse,
} from "./items.ts";
export {
  LearningPointBody,
  ModelBody,
  ModelComparisonQuerystring,
  ModelComparisonResponse,
  ModelParams,
  ModelsResponse,
  RunBody,
  RunParams,
  RunRequest,
  RunsResponse,
} from "./models.ts";
export { PeopleQuerystring, PeopleResponse, PersonRow } from "./people.ts";
export { HealthResponse, PlatformResponse } from "./platform.ts";
export {
  MapResponse,
  PopulationQuerystring,
  PopulationResponse,
  PredictionModelResponse,
  UserMapResponse,
  UserStatesResponse,
} from "./population.ts";
export { PulseEvent, PulseLatency, PulseResponse, PulseSecond } from "./pulse.ts";
export {
  RankBody,
  RankResponse,
  RECOMMENDATION_BYTES,
  RecommendationBody,
  RecommendationParams,
  RecommendationResponse,
  RelatedQuerystring,
  RelatedResponse,
  ServedListResponse,
} from "./recommendations.ts";
export { SchemaResponse } from "./schema.ts";
export { IdentifyMessage, OtherMessage, SegmentMessage, TrackMessage } from "./segment.ts";
export { TopicParams, TopicResponse } from "./topics.ts";
export {
  LinkParams,
  SequenceEvent,
  SequenceQuerystring,
  SequenceResponse,
  TopicBody,
  UnlinkResponse,
  UserQuerystring,
  UserResponse,
} from "./users.ts";
export { ScoreBody, ScoreResponse, VectorSignal } from "./vectors.ts";
export { ImaginedEvent, WhatIfBody, WhatIfResponse } from "./what-if.ts";
