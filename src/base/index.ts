export { type Awaitable, allOf, whenThere } from "./all-of.ts";
export { assert } from "./assert.ts";
export type { Brand, EventId, ItemId, ItemRow, UserId } from "./brand.ts";
export {
  type Clock,
  DAY_MS,
  HistoricalClock,
  HOUR_MS,
  isDue,
  MINUTE_MS,
  monotonicMs,
  SECOND_MS,
  SystemClock,
} from "./clock.ts";
export {
  diskFull,
  type ErrorCode,
  errorCatalogue,
  isDiskFull,
  PlatformError,
  writingFault,
} from "./errors.ts";
export { mix32, murmur3, murmur3Pair } from "./hash.ts";
export { ISO_TIME_WANTED, isDay, isIsoTime, parseIsoTime } from "./iso-time.ts";
export { LeastRecentlyUsed } from "./least-recently-used.ts";
export { ignoreProgress, type Progress, type ProgressListener } from "./progress.ts";
export { Random } from "./random.ts";
export { giveWay, startThread, useLargeBufferPool } from "./threads.ts";
export { nextTurn } from "./turns.ts";
export { wordsOf } from "./words.ts";
