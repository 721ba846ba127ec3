export { readActiveDays } from "./active-days.ts";
export { actsFromLog } from "./acts-from-log.ts";
export {
  type AppliedProgress,
  Applier,
  type ApplierParts,
  encodeProgress,
  readAllProgress,
} from "./applier.ts";
export type { AlsoApply, Arrival } from "./apply-events.ts";
export { SEQUENCE_ROWS } from "./capped-blocks.ts";
export type { Condition } from "./condition.ts";
export { type AskedContext, factsOfContext, factsOfTraits } from "./context-facts.ts";
export { applyDropped, droppedRecords } from "./dropped-events.ts";
export { duplicatesBetween } from "./duplicates.ts";
export { EventFeed, type FedEvent } from "./event-feed.ts";
export { countUserEntries, forgetUser, recordsOfUsers } from "./forget-user.ts";
export { hashState, type StateHash } from "./hash-state.ts";
export {
  type History,
  historyAt,
  historyBetween,
  historyOf,
  type Interaction,
  type Interactions,
  type ItemContent,
  keepWhere,
  packInteractions,
} from "./interactions.ts";
export { interactionsFromLog, type TrainingData } from "./interactions-from-log.ts";
export { type PersonControls, readControls } from "./interest-controls.ts";
export { LakeWriter } from "./lake-writer.ts";
export { countUsers, listUsers } from "./list-users.ts";
export { measureBlocks } from "./measure-blocks.ts";
export {
  type EngagementQuery,
  type HistoryContext,
  historyOfRows,
  readActionRows,
  readEngagements,
  visitEngagements,
} from "./read-history.ts";
export { type PersonState, readPerson, readPersonSequence } from "./read-person.ts";
export { actionCodes, hasItem, type SequenceQuery, surfaceCodes } from "./read-sequence.ts";
export { type RowsView, rowAt } from "./rows-view.ts";
export { type SequenceEdits, sandboxOf } from "./sandbox.ts";
export type { SequenceRow } from "./sequence-block.ts";
export { SequenceWindow } from "./sequence-window.ts";
export {
  choiceAt,
  countChoices,
  decodeChoices,
  encodeChoices,
  joinChoices,
  type StandingChoices,
} from "./standing-choices.ts";
export { ITEMS_PREFIX, userPrefix } from "./state-keys.ts";
export { undeclaredEvents } from "./undeclared-events.ts";
export { type ConsentedRow, usableFor } from "./usable-rows.ts";
export { traitsAsOf, type UserRecord } from "./user-record.ts";
