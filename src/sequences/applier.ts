import { type Actions, Catalogue, followShared, SHARED_PARTITION } from "#events";
import { type EventLog, LogFollower, type LogRecord, type StateReader, type StateStore } from "#storage";
import { OlderIds } from "./applied-ids.ts";
import { type AlsoApply, applyEvents } from "./apply-events.ts";
import { progressKey } from "./state-keys.ts";
import { StepWriter } from "./step-writer.ts";

/**
 * @file What keeps the state of users level with the log: one follower per partition, going on from the offset that is stored
 * *in* the state. Sequences speak in the catalogue's numbers, so before a run of events is applied the applier's own catalogue
 * has taken everything that was in the log when the run was.
 */
export interface ApplierParts {
  readonly log: EventLog;
  readonly state: StateStore;
  readonly actions: Actions;
  /** What else is derived of the same events. */
  readonly alsoApply?: AlsoApply | undefined;
  /** Told when later reads show everything of the partition before `offset`. */
  readonly onApplied: (partition: number, offset: number) => void;
  /** Told of every failure to apply; the applier tries again while the process lives. */
  readonly onFailure: (error: unknown) => void;
}

export class Applier {
  readonly #parts: ApplierParts;
  readonly #catalogue = new Catalogue();
  readonly #followCatalogue: LogFollower;
  readonly #followUsers: LogFollower[] = [];
  readonly #writers: StepWriter[] = [];
  readonly #olderIds = new OlderIds();
  #newestMs = 0;

  private constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#followCatalogue = followShared(parts.log, { catalogue: this.#catalogue }, parts.onFailure);
  }

  /** Brings every user level with the log before it resolves, then goes on in the background. */
  static async start(
    parts: ApplierParts,
    onProgress: (done: number, total: number) => void,
  ): Promise<Applier> {
    const applier = new Applier(parts);
    try {
      await applier.#catchUp(onProgress);
    } catch (error) {
      await applier.close(); // some already follow; two of a partition would apply it twice
      throw error;
    }
    return applier;
  }

  async #catchUp(onProgress: (done: number, total: number) => void): Promise<void> {
    const { log } = this.#parts;
    const followers = [this.#followCatalogue];
    for (let partition = 1; partition < log.partitionCount; partition++) {
      const follower = await this.#followPartition(partition);
      this.#followUsers.push(follower);
      followers.push(follower);
    }
    const behind = (): number =>
      followers.reduce((sum, follower, partition) => sum + log.end(partition) - follower.position, 0);
    const total = behind();
    for (const follower of followers) {
      await follower.catchUp(() => onProgress(total - behind(), total));
      follower.start();
    }
    await Promise.all(this.#writers.map((writer) => writer.settle())); // level is what readers see
  }

  /** Time of the newest event in the state, ms; 0 when there is none. */
  get newestMs(): number {
    return this.#newestMs;
  }

  async close(): Promise<void> {
    await Promise.all(this.#followUsers.map((follower) => follower.close()));
    await this.#followCatalogue.close();
    await Promise.allSettled(this.#writers.map((writer) => writer.settle())); // what is not written is applied again
  }

  async #followPartition(partition: number): Promise<LogFollower> {
    const { log, state, onFailure } = this.#parts;
    const { offset, newestMs } = await readProgress(state, partition);
    this.#newestMs = Math.max(this.#newestMs, newestMs);
    const writer = new StepWriter(state);
    this.#writers.push(writer);
    let made = offset; // the first record no step has taken in
    const take = async (records: readonly LogRecord[]): Promise<void> => {
      try {
        const after = records.at(-1)!.offset + 1;
        if (made < after)
          await this.#apply(
            partition,
            records.filter((record) => record.offset >= made),
            writer,
          );
        made = Math.max(made, after);
        if (log.end(partition) <= after) await this.#settledOrMore(partition, after, writer);
      } catch (error) {
        this.#olderIds.clear(); // they may know of events that were not applied after all
        throw error;
      }
    };
    return new LogFollower({ log, partition, from: offset, take, onFailure });
  }

  /** Resolves when the step is written, or there is more in the log, of which the next can be made meanwhile. */
  async #settledOrMore(partition: number, after: number, writer: StepWriter): Promise<void> {
    const settled = new AbortController();
    try {
      const more = this.#parts.log.waitBeyond(partition, after, settled.signal);
      await Promise.race([writer.settle(), more]);
    } finally {
      settled.abort();
    }
  }

  async #apply(partition: number, records: readonly LogRecord[], writer: StepWriter): Promise<void> {
    const { log, actions, alsoApply, onApplied } = this.#parts;
    await this.#followCatalogue.reached(log.end(SHARED_PARTITION));
    const kept = records.filter(({ bytes }) => bytes.length > 0); // the others were erased
    const context = {
      state: writer,
      catalogue: this.#catalogue,
      actions,
      olderIds: this.#olderIds,
      partition,
      alsoApply,
    };
    const step = await applyEvents(kept, context);
    this.#newestMs = Math.max(this.#newestMs, step.newestMs);
    const offset = records.at(-1)!.offset + 1;
    const progress = encodeProgress({ offset, newestMs: this.#newestMs });
    const catalogueProgress = encodeProgress({ offset: this.#followCatalogue.position, newestMs: 0 });
    step.operations.push(
      { kind: "put", key: progressKey(partition), value: progress },
      { kind: "put", key: progressKey(SHARED_PARTITION), value: catalogueProgress },
    );
    await writer.write(step.operations, () => onApplied(partition, offset));
  }
}

/** How far state has come in every partition, the catalogue's (whose numbers it uses) included. */
export function readAllProgress(state: StateReader, partitionCount: number): Promise<AppliedProgress[]> {
  return Promise.all(
    Array.from({ length: partitionCount }, (_, partition) => readProgress(state, partition)),
  );
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

export function encodeProgress({ offset, newestMs }: AppliedProgress): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeDoubleLE(offset, 0);
  bytes.writeDoubleLE(newestMs, 8);
  return bytes;
}
