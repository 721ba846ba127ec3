export {
  AsOf,
  IngestResponse,
  IsoTime,
  ItemParams,
  ModelVersion,
  Problem,
  RejectionBody,
  UserParams,
} from "./common.ts";
export {
  BATCH_BYTES,
  BATCH_EVENTS,
  BATCH_ITEMS,
  BatchBody,
  BatchEnvelope,
  ITEMS_BYTES,
  ItemsBody,
  ItemsEnvelope,
} from "./ingest.ts";
export { ItemInput } from "./items.ts";
export { HealthResponse, PlatformResponse } from "./platform.ts";
export {
  RecommendationBody,
  RecommendationResponse,
  RelatedQuerystring,
  RelatedResponse,
} from "./recommendations.ts";
export { IdentifyMessage, OtherMessage, SegmentMessage, TrackMessage, TrackProperties } from "./segment.ts";
export {
  SequenceEvent,
  SequenceQuerystring,
  SequenceResponse,
  TopicBody,
  UserQuerystring,
  UserResponse,
} from "./users.ts";
