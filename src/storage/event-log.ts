/**
 * @file The durable log: everything the platform knows is derived from it. Records are opaque bytes in numbered
 * partitions; within a partition they have consecutive offsets from 0 and never change, but for one case: a record that is erased
 * becomes an empty record at the same offset (a tombstone), which every reader skips. Order holds within a partition only, so
 * whatever must be ordered (the events of one user) goes to one partition.
 */
export interface EventLog {
  readonly partitionCount: number;
  /**
   * Adds records in order and returns the offset of the first. When the promise resolves the records survive the death of the
   * process and of the machine. When it rejects none of them is in the log.
   */
  append(partition: number, records: readonly Uint8Array[]): Promise<number>;
  /** Durable records from offset `from` (or the oldest kept, if later) on, at most `limit`, perhaps fewer; none only at the end. */
  read(partition: number, from: number, limit: number): Promise<readonly LogRecord[]>;
  /** Offset of the oldest record kept; equal to `end` when none is. */
  start(partition: number): number;
  /** Offset the next durable record will have. */
  end(partition: number): number;
  /**
   * Batches of records from the group's committed offset on, then new ones as they become durable, until `abort` fires.
   * The subscriber commits what it has finished; after a crash it is given the rest again.
   */
  subscribe(group: string, partition: number, abort: AbortSignal): AsyncIterable<readonly LogRecord[]>;
  /** First offset the group has not finished; 0 for a group never seen. */
  committed(group: string, partition: number): Promise<number>;
  /** Records that the group has finished everything before `offset`; durable when it resolves. */
  commit(group: string, partition: number, offset: number): Promise<void>;
  /** What the partition's records are stored in, oldest first; the last one grows. */
  units(partition: number): Promise<readonly LogUnit[]>;
  /** Gives up records before `offset`, as far as whole storage units allow. The last unit is kept. */
  dropBefore(partition: number, offset: number): Promise<void>;
  /**
   * Replaces the records that `isErased` names by empty ones and returns how many there were; nothing but storage units that
   * hold one is written anew. When it resolves no byte of them is in the partition's files, nor are bytes a crash left behind. It covers
   * everything appended before it is called; a crash may leave it half done, and doing it again finishes it. O(partition).
   */
  erase(partition: number, isErased: (record: LogRecord) => boolean): Promise<number>;
  /** Resolves once the partition's end is beyond `offset`; rejects when the log closes or `abort` fires first. */
  waitBeyond(partition: number, offset: number, abort?: AbortSignal): Promise<void>;
  /** Finishes what was appended, then lets go of the files. */
  close(): Promise<void>;
}

export interface LogRecord {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A storage unit: the records `from` (with) to `to` (without) of a partition. */
export interface LogUnit {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  /** When its newest record was appended, ms; erasing does not count. */
  readonly writtenMs: number;
}

/** The contract's guard for partition numbers. */
export function isPartition(log: Pick<EventLog, "partitionCount">, partition: number): boolean {
  return Number.isInteger(partition) && partition >= 0 && partition < log.partitionCount;
}
