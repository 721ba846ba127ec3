import { PlatformError } from "#base";
import { CATALOGUE_PARTITION, decodeCatalogueRecord } from "#events";
import type { EventLog, LogRecord, StateReader, StateStore } from "#storage";
import { type ApplyContext, applyEvents } from "./apply-events.ts";
import { progressKey } from "./state-keys.ts";

/**
 * @file The loop that keeps state level with the log: one per partition, reading on from the offset that is stored *in* the
 * state. The catalogue's partition is read whole at every start, because it lives in memory; users wait for it, because their
 * sequences speak in its numbers.
 */
export interface ApplierParts extends Omit<ApplyContext, "state"> {
  readonly log: EventLog;
  readonly state: StateStore;
  /** Told of every failure to apply; the loop tries again while the process lives. */
  readonly onFailure: (error: unknown) => void;
}

/** Large enough to share a transaction among many users, small enough to answer a waiting writer soon. */
const BATCH_RECORDS = 5000;
const RETRY_MS = 500;

export class Applier {
  readonly #parts: ApplierParts;
  readonly #applied: number[] = [];
  readonly #abort = new AbortController();
  readonly #waiting: {
    partition: number;
    offset: number;
    resolve: () => void;
    reject: (error: Error) => void;
  }[] = [];
  #loops: Promise<void>[] = [];
  #newestMs = 0;

  private constructor(parts: ApplierParts) {
    this.#parts = parts;
  }

  /** Reads the catalogue, then brings every user level with the log before it resolves. */
  static async start(
    parts: ApplierParts,
    onProgress: (done: number, total: number) => void,
  ): Promise<Applier> {
    const applier = new Applier(parts);
    const partitions = Array.from({ length: parts.log.partitionCount }, (_, partition) => partition);
    for (const partition of partitions) applier.#applied.push(await applier.#storedProgress(partition));
    const behind = (): number =>
      partitions.reduce((sum, p) => sum + parts.log.end(p) - applier.#applied[p]!, 0);
    const total = behind();
    for (const partition of partitions) {
      while (applier.#applied[partition]! < parts.log.end(partition)) {
        await applier.#step(partition);
        onProgress(total - behind(), total);
      }
    }
    applier.#loops = partitions.map((partition) => applier.#follow(partition));
    return applier;
  }

  /** Resolves when every record of the partition before `offset` shows in later reads. */
  readonly applied = (partition: number, offset: number): Promise<void> => {
    if (this.#applied[partition]! >= offset) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#abort.signal.aborted) reject(stopping());
      else this.#waiting.push({ partition, offset, resolve, reject });
    });
  };

  /** Records in the log that state does not show yet. */
  lag(): number {
    return this.#applied.reduce(
      (sum, applied, partition) => sum + this.#parts.log.end(partition) - applied,
      0,
    );
  }

  /** Time of the newest event in the state, ms; 0 when there is none. */
  newestMs(): number {
    return this.#newestMs;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#loops);
    for (const { reject } of this.#waiting.splice(0)) reject(stopping());
  }

  async #follow(partition: number): Promise<void> {
    const { log, onFailure } = this.#parts;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await log.waitBeyond(partition, this.#applied[partition]!, signal);
        await this.#step(partition);
      } catch (error) {
        if (signal.aborted) return;
        onFailure(error);
        await new Promise((resume) => setTimeout(resume, RETRY_MS));
      }
    }
  }

  async #step(partition: number): Promise<void> {
    const records = await this.#parts.log.read(partition, this.#applied[partition]!, BATCH_RECORDS);
    if (records.length === 0) return;
    if (partition === CATALOGUE_PARTITION) this.#applyToCatalogue(records);
    else await this.#applyToUsers(partition, records);
    this.#applied[partition] = records.at(-1)!.offset + 1;
    for (let n = this.#waiting.length - 1; n >= 0; n--) {
      const waiter = this.#waiting[n]!;
      if (waiter.partition !== partition || waiter.offset > this.#applied[partition]!) continue;
      this.#waiting.splice(n, 1);
      waiter.resolve();
    }
  }

  #applyToCatalogue(records: readonly LogRecord[]): void {
    for (const { bytes } of records) this.#parts.catalogue.apply(decodeCatalogueRecord(bytes));
  }

  async #applyToUsers(partition: number, records: readonly LogRecord[]): Promise<void> {
    const { state, catalogue, actions } = this.#parts;
    const { operations, newestMs } = await applyEvents(records, { state, catalogue, actions });
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    const progress = encodeProgress({ offset: records.at(-1)!.offset + 1, newestMs: this.#newestMs });
    await state.write([...operations, { kind: "put", key: progressKey(partition), value: progress }]);
  }

  async #storedProgress(partition: number): Promise<number> {
    const { log, state } = this.#parts;
    if (partition === CATALOGUE_PARTITION) return log.start(partition);
    const { offset, newestMs } = await readProgress(state, partition);
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    if (offset <= log.end(partition)) return offset;
    throw new PlatformError(
      "data-damaged",
      `state reflects ${offset} records of partition ${partition} and the log has ${log.end(partition)}: the log was cut. ` +
        "Restore the log from a backup, or delete the state folder to build it again from what the log still has.",
    );
  }
}

/** How far state has come in one partition. */
export interface AppliedProgress {
  /** The first log offset that the state does not reflect. */
  readonly offset: number;
  /** Time of the newest event it does reflect, ms; 0 before the first. */
  readonly newestMs: number;
}

export async function readProgress(state: StateReader, partition: number): Promise<AppliedProgress> {
  const [stored] = await state.get([progressKey(partition)]);
  if (!stored) return { offset: 0, newestMs: 0 };
  const bytes = Buffer.from(stored);
  return { offset: bytes.readDoubleLE(0), newestMs: bytes.readDoubleLE(8) };
}

function encodeProgress({ offset, newestMs }: AppliedProgress): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeDoubleLE(offset, 0);
  bytes.writeDoubleLE(newestMs, 8);
  return bytes;
}

function stopping(): PlatformError {
  return new PlatformError("not-ready", "the platform is stopping; send the request again");
}
