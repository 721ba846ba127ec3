export { Applier, type ApplierParts } from "./applier.ts";
export {
  type History,
  historyOf,
  type Interaction,
  type Interactions,
  packInteractions,
} from "./interactions.ts";
export { interactionsFromLog, type TrainingData } from "./interactions-from-log.ts";
export { actionCodes, hasItem, readSequence, type SequenceQuery, surfaceCodes } from "./read-sequence.ts";
export type { SequenceRow } from "./sequence-block.ts";
export { userKey } from "./state-keys.ts";
export { undeclaredEvents } from "./undeclared-events.ts";
export { decodeUserRecord, traitsAsOf, type UserRecord } from "./user-record.ts";
