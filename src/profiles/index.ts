export {
  clusterEngagements,
  distinctItems,
  type Engagement,
} from "./daily-clusters.ts";
export { fitPredictions, purchasesOf } from "./fit-predictions.ts";
export { type Interest, type InterestsContext, interestClusters, interestsOf, nameOf } from "./interests.ts";
export { type ItemEngagement, readDailyEngagement, readItemEngagement } from "./item-engagement.ts";
export { ItemKnowledge } from "./item-knowledge.ts";
export { CatalogueItemSpace, type EngagementVectors, type ItemSpace } from "./item-space.ts";
export { JourneyNames, type JourneyWords, type WriteName } from "./journey-names.ts";
export type { Journey } from "./journeys.ts";
export { KeptAnswers } from "./kept-answers.ts";
export { type FoundPeople, listPeople, type PeopleQuery, type PersonSummary } from "./list-people.ts";
export { nearestItems } from "./nearest-items.ts";
export { PersonSignals, type SignalQuery } from "./person-signals.ts";
export type { ActivityBand, TenureBand } from "./population/bands.ts";
export { type Cohort, cohortOf, LEAST_TOLD, type Slice } from "./population/cohort.ts";
export { decodeItemMap, encodeItemMap, type ItemMap, MapReader, makeItemMap } from "./population/item-map.ts";
export { orderPeople, type SurveyedOrder, surveyedOrders } from "./population/order-people.ts";
export { samplePeople } from "./population/sample-people.ts";
export {
  forgetInSurvey,
  muteInSurvey,
  type Survey,
  type SurveyParts,
  surveyPeople,
} from "./population/survey.ts";
export { peopleWithTopic } from "./population/topic-people.ts";
export { type Goal, type PredictionTarget, questionsOf } from "./prediction-targets.ts";
export {
  type Prediction,
  type PredictionModel,
  predict,
  type ServedPredictions,
  snapshot,
  tasteReaderOf,
} from "./predictions.ts";
export { actsIn } from "./read-acts.ts";
export type { Foretold } from "./read-predictions.ts";
export type { UserStateSignal } from "./read-user-state.ts";
export { readStateHistory, type StateHistory } from "./state-history.ts";
export { learnTaste, TasteReader } from "./taste.ts";
export { Taxonomy } from "./taxonomy.ts";
export type { TopicShare } from "./topics.ts";
export { type LedgerDay, type Transition, transitionLedger } from "./transition-ledger.ts";
export { type InterestsSignal, UserInterests } from "./user-interests.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
export { type UserState, userStateOn } from "./user-state.ts";
export { EncodeQueue } from "./vectors/encode-queue.ts";
export { type Refreshed, refreshVectors } from "./vectors/refresh-vectors.ts";
export {
  type ServedEncoder,
  type UserVector,
  UserVectors,
  type UserVectorsParts,
  type VectorQuery,
} from "./vectors/user-vectors.ts";
export { VectorStore } from "./vectors/vector-store.ts";
