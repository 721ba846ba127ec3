export { Applier, type ApplierParts, readAllProgress } from "./applier.ts";
export { hashState, type StateHash } from "./hash-state.ts";
export {
  type History,
  historyOf,
  type Interaction,
  type Interactions,
  packInteractions,
} from "./interactions.ts";
export { interactionsFromLog, type TrainingData } from "./interactions-from-log.ts";
export { listUsers } from "./list-users.ts";
export {
  actionCodes,
  hasItem,
  readHead,
  readSequence,
  readSequenceOf,
  type SequenceQuery,
  surfaceCodes,
} from "./read-sequence.ts";
export type { SequenceRow } from "./sequence-block.ts";
export { undeclaredEvents } from "./undeclared-events.ts";
export type { UserHead } from "./user-head.ts";
export { traitsAsOf, type UserRecord } from "./user-record.ts";
