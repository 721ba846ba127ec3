export { INTEREST_CONTROLLED } from "#declarations";
export { Actions } from "./actions.ts";
export { bornMsOf, Catalogue, type Item, type ItemFacts, UNNAMED, type Vocabulary } from "./catalogue.ts";
export {
  type ConsentChoices,
  choiceIn,
  consentBits,
  consentOf,
  isStandingChoice,
} from "./consent.ts";
export type { DeadLetter } from "./dead-letter.ts";
export { type DeadLetterPage, DeadLetters, type DeadLettersOptions } from "./dead-letters.ts";
export { type EventView, viewEvent } from "./event-view.ts";
export { followShared } from "./follow-shared.ts";
export { IdentityGraph } from "./identity.ts";
export { type Applied, Ingestion, type IngestionParts, type IngestResult, partitionOf } from "./ingestion.ts";
export {
  type InterestControl,
  type InterestControlKind,
  interestControlOf,
} from "./interest-control.ts";
export { isPersonId, type Rejection, type RejectionCode } from "./message.ts";
export { itemRowOf, nameNames } from "./name-names.ts";
export { type NamedPurpose, Purposes } from "./purposes.ts";
export { type DeadLetterReplay, type ReplayedDeadLetters, replayDeadLetters } from "./replay-dead-letters.ts";
export { type FoundItems, type ItemsQuery, searchItems } from "./search-items.ts";
export {
  decodeSharedRecord,
  encodeSharedRecord,
  SHARED_PARTITION,
  type SharedRecord,
} from "./shared-record.ts";
export { decodeEvent, type EventKind, encodeEvent, type Fields, type StoredEvent } from "./stored-event.ts";
