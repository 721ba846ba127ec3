export * from "./builders.ts";
export { checkRetention } from "./check-config.ts";
export {
  actionsOf,
  type NamedAction,
  type NamedPurpose,
  purposesOf,
  refreshHoursOf,
  sourcesOf,
  spokenTraitsOf,
  surfacesOf,
} from "./config.ts";
export { type DeclarationFault, type FaultFinder, propertyFaultFinder } from "./fault-finder.ts";
export { goalsOf, type NamedGoal } from "./goal.ts";
export { INTEREST_CONTROLLED } from "./interest-controlled.ts";
export type { JourneyNaming } from "./journey-naming.ts";
export { type DeclaredSchemas, jsonSchemaOf } from "./json-schema.ts";
export { findConfig, loadConfig } from "./load-config.ts";
export { CONSENT_UPDATED, MAX_PURPOSES, PERSONALIZATION } from "./purpose.ts";
export { sensitiveTopics, type TopicPolicy } from "./sensitive-topics.ts";
export {
  type Gains,
  type InterestStage,
  type Likeness,
  type SurfaceScorer,
  sourceNameOf,
} from "./surface.ts";
