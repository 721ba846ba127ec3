export {
  clusterEngagements,
  distinctItems,
  type Engagement,
  type ItemCluster,
  joinClusters,
} from "./daily-clusters.ts";
export { type Interest, type InterestsContext, interestClusters, interestsOf, nameOf } from "./interests.ts";
export { type ItemEngagement, readItemEngagement } from "./item-engagement.ts";
export { CatalogueItemSpace, type ItemSpace } from "./item-space.ts";
export { type FoundPeople, listPeople, type PeopleQuery, type PersonSummary } from "./list-people.ts";
export { Taxonomy } from "./taxonomy.ts";
export type { TopicShare } from "./topics.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
export { EncodeQueue } from "./vectors/encode-queue.ts";
export { type Refreshed, refreshVectors } from "./vectors/refresh-vectors.ts";
export {
  type ServedEncoder,
  type UserVector,
  UserVectors,
  type UserVectorsParts,
} from "./vectors/user-vectors.ts";
export { VectorStore } from "./vectors/vector-store.ts";
