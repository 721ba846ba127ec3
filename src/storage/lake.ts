import { murmur3 } from "#base";

/**
 * @file The columnar history of all events, for whole-population reads: training sets, features over years, SQL. It is
 * Parquet in plain Hive-style folders, so DuckDB, Spark, Trino and pandas read it without us:
 *
 *     events/day=2026-01-31/bucket=07/*.parquet    day: UTC date of the event time; bucket: hash of the user id
 *     arrivals/*.parquet                           what came since the last compaction; same columns, and `bucket`
 *
 * Every file is sorted by (user_id, timestamp, partition, log_offset). Columns: `user_id, event_id, kind, name, item_id,
 * surface` text; `timestamp, received_at` TIMESTAMP in UTC, milliseconds; `properties, traits, rest, consent` JSON text; `partition`
 * INTEGER and `log_offset` BIGINT, together the row's unique key; `dwell_ms, value` DOUBLE; `slate_id` text; `position`
 * INTEGER. What an event lacks is NULL. A late event lies in another file of its own day.
 *
 * The lake is derived from the log, and follows it: rows come as runs of log records, and `committed` says how far it is.
 */
export interface Lake {
  /** Fixed when the lake was made. */
  readonly bucketCount: number;
  /**
   * Stores the rows of the run `source` of log records, some of which may have no row; durable, and visible to every later
   * read, when it resolves. Rows the lake has already are skipped by their offset, so a run that is repeated after a crash
   * changes nothing. An event belongs in only once: the caller passes first occurrences.
   * @throws AssertionError when the run begins after `committed`, which would leave a hole
   */
  write(rows: readonly NewLakeEvent[], source: LogRun): Promise<void>;
  /** Offset of the first record of the log partition that the lake has not taken in; 0 for a partition never seen. */
  committed(partition: number): number;
  /** Runs laid down since the last compaction, in files of their own. */
  readonly arrivalCount: number;
  /** Moves arrivals to their days and buckets, merging small files. Readers never see a row twice or not at all. */
  compact(): Promise<CompactReceipt>;
  /**
   * Answers one SELECT (or WITH, FROM, VALUES, DESCRIBE, SUMMARIZE) statement over the view `events`: the columns above, and `day` and
   * `bucket`; a condition on `day` spares the files of other days. Other statements and other files are refused.
   * @throws PlatformError `invalid-request`, with the engine's words, also when the time allowed is over
   */
  query(sql: string, options?: LakeQueryOptions): Promise<LakeTable>;
  /**
   * The rows by bucket, and in it by user, time, partition and offset; each batch is of one bucket. A user's rows are never
   * divided between buckets. Rows written or erased after the first batch may be missing or still there.
   */
  scan<Column extends keyof LakeEvent>(options: LakeScanOptions<Column>): AsyncIterable<LakeBatch<Column>>;
  /**
   * Removes every row of the user, rewriting only the files that hold one. When it resolves, no file holds a byte of them;
   * it waits for the queries and scans that began before. A crash may leave it half done; doing it again finishes it.
   */
  erase(userId: string): Promise<LakeErasure>;
  /** As {@link erase}, of the events that are past what is said of their name. */
  expire(expiries: readonly Expiry[]): Promise<LakeErasure>;
  /** Files and rows as they are now. */
  size(): Promise<LakeSize>;
  /** Finishes what was begun, then lets go of the files. */
  close(): Promise<void>;
}

/** One event as the lake keeps it; `null` where it has no such thing. */
export interface LakeEvent {
  readonly userId: string;
  readonly eventId: string;
  readonly kind: string;
  readonly name: string;
  readonly itemId: string | null;
  readonly surface: string | null;
  /** Whole milliseconds. */
  readonly timestampMs: number;
  readonly receivedAtMs: number;
  /** JSON text. */
  readonly properties: string | null;
  /** JSON text. */
  readonly traits: string | null;
  /** JSON text: context and every other field. */
  readonly rest: string | null;
  /** JSON text: what the event itself said of consent, purpose -> whether it is granted. */
  readonly consent: string | null;
  readonly partition: number;
  readonly logOffset: number;
  readonly dwellMs: number | null;
  readonly value: number | null;
  readonly slateId: string | null;
  readonly position: number | null;
}

export type NewLakeEvent = Omit<LakeEvent, "partition">;

/** The records `from` (with) to `to` (without) of one log partition. */
export interface LogRun {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface LakeQueryOptions {
  /** Rows given back at most; default 1000. */
  readonly limit?: number;
  /** Default 60,000. */
  readonly timeoutMs?: number;
}

export interface LakeTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values as JSON has them: times as ISO 8601 text, whole numbers beyond 2^53 as text. */
  readonly rows: readonly (readonly unknown[])[];
  /** True when there were more rows than `limit`. */
  readonly isTruncated: boolean;
}

export interface LakeScanOptions<Column extends keyof LakeEvent> {
  /** What each row has; fewer columns are read faster. */
  readonly columns: readonly Column[];
  /** Default: all. */
  readonly buckets?: readonly number[];
  /** Event times from here on. */
  readonly fromMs?: number;
  /** Event times before this. */
  readonly untilMs?: number;
  /** Names of events; default: all. */
  readonly names?: readonly string[];
  /** Only those that say something of consent themselves. */
  readonly saysConsent?: boolean;
}

export interface LakeBatch<Column extends keyof LakeEvent> {
  readonly bucket: number;
  readonly rows: readonly Pick<LakeEvent, Column>[];
}

export interface CompactReceipt {
  readonly rows: number;
  readonly filesMerged: number;
  readonly filesWritten: number;
}

/** Track events of a name that happened before a time are not to be kept. */
export interface Expiry {
  readonly name: string;
  readonly beforeMs: number;
}

export interface LakeErasure {
  readonly filesSearched: number;
  readonly filesRewritten: number;
  readonly rowsRemoved: number;
}

export interface LakeSize {
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

/** The bucket of a user: the same on every machine and in every release. */
export function bucketOf(userId: string, bucketCount: number): number {
  return murmur3(userId) % bucketCount;
}
