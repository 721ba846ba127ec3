export type { BlobStore } from "./blob-store.ts";
export { BoundedLog, type BoundedLogOptions } from "./bounded-log.ts";
export { DuckDbLake } from "./duckdb/duckdb-lake.ts";
export { expiredCondition, quoteText } from "./duckdb/lake-columns.ts";
export { type EntityTimeRow, readEntityRows } from "./duckdb/read-rows.ts";
export { type ParquetColumn, type ParquetScalar, writeParquet } from "./duckdb/write-parquet.ts";
export { replaceFile } from "./durable-file.ts";
export { DiskRoom } from "./embedded/disk-room.ts";
export { FileBlobStore } from "./embedded/file-blob-store.ts";
export { type FolderLock, lockFolder } from "./embedded/folder-lock.ts";
export { LmdbStateStore } from "./embedded/lmdb-state-store.ts";
export { SegmentedEventLog, type SegmentedEventLogOptions } from "./embedded/segmented-event-log.ts";
export { SpillFile } from "./embedded/spill-file.ts";
export type { EventLog, LogRecord, LogUnit } from "./event-log.ts";
export type {
  Expiry,
  Lake,
  LakeEvent,
  LakeScanOptions,
  LakeTable,
  LogRun,
  NewLakeEvent,
} from "./lake.ts";
export { LogFollower, type LogFollowerOptions } from "./log-follower.ts";
export { OffsetGate } from "./offset-gate.ts";
export type {
  StateEntry,
  StateOperation,
  StateRange,
  StateReader,
  StateSnapshot,
  StateStore,
} from "./state-store.ts";
