export {
  type ErasureParts,
  type ErasureReceipt,
  Erasures,
  type Forgets,
  type Removed,
} from "./erasure.ts";
export { ErasureWatch } from "./erasure-watch.ts";
export { expiredIn, expireInLog } from "./expire-events.ts";
export { countInLake, forgetInLake } from "./forget-lake.ts";
export { countInLog, forgetInLog } from "./forget-log.ts";
export { countMentions, forgetMentions, type Mentioning } from "./forget-mentions.ts";
export { type FolderScan, scanFolder } from "./scan-folder.ts";
