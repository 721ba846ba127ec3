import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, PlatformError } from "#base";
import { replaceFile } from "../durable-file.ts";
import { type EventLog, isPartition, type LogRecord, type LogUnit } from "../event-log.ts";
import { LogPartition } from "./log-partition.ts";

export interface SegmentedEventLogOptions {
  readonly partitionCount: number;
  /** Default 128 MiB. */
  readonly segmentBytes?: number;
  /** Opens beside a running writer: reads what was durable at opening, and what `extendTo` says is; mends and writes nothing. */
  readonly isReadOnly?: boolean;
  /** Of a log opened read-only: per partition, read no further than this until `extendTo` says so. */
  readonly ends?: readonly number[];
  /** Default true. False only to measure what durability costs. */
  readonly isDurable?: boolean;
  readonly onRecovery?: (message: string) => void;
  /** Per partition, an offset before which every record is known to have been acknowledged: none of those is ever cut off. */
  readonly acknowledged?: readonly number[];
}

/** Of a subscriber: what it has in hand at most, and may have to do again. */
const BATCH_RECORDS = 1000;

/**
 * The embedded event log: per partition a folder of append-only checksummed segment files, one `fdatasync` for all the
 * writers that wait (group commit). Committed offsets are one small file each.
 */
export class SegmentedEventLog implements EventLog {
  readonly #folder: string;
  readonly #partitions: readonly LogPartition[];

  private constructor(folder: string, partitions: readonly LogPartition[]) {
    this.#folder = folder;
    this.#partitions = partitions;
  }

  /** @throws PlatformError `data-damaged` or `data-mismatch`, naming the file and the fix */
  static async open(folder: string, options: SegmentedEventLogOptions): Promise<SegmentedEventLog> {
    await checkPartitionCount(folder, options.partitionCount);
    const partitions = await Promise.all(
      Array.from({ length: options.partitionCount }, (_, partition) =>
        LogPartition.open(join(folder, `partition-${partition}`), {
          segmentBytes: options.segmentBytes ?? 128 * 1024 * 1024,
          isReadOnly: options.isReadOnly ?? false,
          isDurable: options.isDurable ?? true,
          onRecovery: options.onRecovery ?? (() => {}),
          acknowledged: options.acknowledged?.[partition] ?? 0,
          end: options.ends?.[partition],
        }),
      ),
    );
    return new SegmentedEventLog(folder, partitions);
  }

  get partitionCount(): number {
    return this.#partitions.length;
  }

  append(partition: number, records: readonly Uint8Array[]): Promise<number> {
    return this.#at(partition).append(records);
  }

  read(partition: number, from: number, limit: number): Promise<readonly LogRecord[]> {
    return this.#at(partition).read(from, limit);
  }

  start(partition: number): number {
    return this.#at(partition).start;
  }

  end(partition: number): number {
    return this.#at(partition).end;
  }

  async *subscribe(
    group: string,
    partition: number,
    abort: AbortSignal,
  ): AsyncIterable<readonly LogRecord[]> {
    let next = await this.committed(group, partition);
    while (!abort.aborted) {
      const records = await this.read(partition, next, BATCH_RECORDS);
      if (records.length > 0) {
        next = records.at(-1)!.offset + 1;
        yield records;
      } else {
        const waited = await this.waitBeyond(partition, next, abort).then(
          () => true,
          (error: unknown) => {
            if (abort.aborted) return false;
            throw error;
          },
        );
        if (!waited) return;
      }
    }
  }

  async committed(group: string, partition: number): Promise<number> {
    try {
      return Number(await readFile(this.#offsetPath(group, partition), "utf8"));
    } catch {
      return 0;
    }
  }

  async commit(group: string, partition: number, offset: number): Promise<void> {
    await replaceFile(this.#offsetPath(group, partition), String(offset));
  }

  /** For a log opened read-only beside a writer: the writer's end, told by whoever knows it. */
  extendTo(partition: number, end: number): void {
    this.#at(partition).extendTo(end);
  }

  units(partition: number): Promise<readonly LogUnit[]> {
    return this.#at(partition).units();
  }

  /** Opened read-only it only lets go of the files: the writer removes them. */
  dropBefore(partition: number, offset: number): Promise<void> {
    return this.#at(partition).dropBefore(offset);
  }

  erase(partition: number, isErased: (record: LogRecord) => boolean): Promise<number> {
    return this.#at(partition).erase(isErased);
  }

  /** For a log opened read-only beside a writer: its files may have been written anew since. */
  async refresh(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.refresh()));
  }

  waitBeyond(partition: number, offset: number, abort?: AbortSignal): Promise<void> {
    return this.#at(partition).waitBeyond(offset, abort);
  }

  async close(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.close()));
  }

  #at(partition: number): LogPartition {
    assert(isPartition(this, partition), `${partition} is a partition of this log`);
    return this.#partitions[partition]!;
  }

  #offsetPath(group: string, partition: number): string {
    assert(/^[a-z0-9-]+$/.test(group), `"${group}" is a group name`);
    return join(this.#folder, "offsets", `${group}-${partition}`);
  }
}

/** Users are assigned to partitions by hash: a log opened with another count would look for them in the wrong place. */
async function checkPartitionCount(folder: string, wanted: number): Promise<void> {
  const found = (await readdir(folder).catch(() => [])).filter((name) => /^partition-\d+$/.test(name)).length;
  if (found !== 0 && found !== wanted) {
    throw new PlatformError(
      "data-mismatch",
      `${folder} holds ${found} partitions and ${wanted} were asked for. Open it with ${found}, or import into a new folder.`,
    );
  }
}
