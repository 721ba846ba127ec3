export { Applier, type ApplierParts, readProgress } from "./applier.ts";
export { applyEvents } from "./apply-events.ts";
export {
  type History,
  historyOf,
  type Interaction,
  type Interactions,
  packInteractions,
} from "./interactions.ts";
export { interactionsFromLog, type TrainingData } from "./interactions-from-log.ts";
export { actionCodes, hasItem, readSequence, type SequenceQuery, surfaceCodes } from "./read-sequence.ts";
export { NO_ITEM, type SequenceRow } from "./sequence-block.ts";
export { UNDECLARED_PREFIX, userKey } from "./state-keys.ts";
export { decodeUserRecord, traitsAsOf, type UserRecord } from "./user-record.ts";
