import { Packr } from "msgpackr";
import { assert } from "#base";
import type { IdentityGraph } from "#events";
import type { EventLog } from "#storage";
import type { FeatureValue } from "../aggregation.ts";
import type { HistoricalAsk } from "./historical-features.ts";

/**
 * @file What was served, kept so that a model can learn from the very values it was asked with: what was known then, late events and
 * all, and not what the log would say of that moment now. An event log of one partition; when it takes more room than it may, its
 * oldest file goes. A record is `[1, userId, atMs, version, { name: value }, itemId?]`.
 */
export interface ServedFeatures {
  readonly userId: string;
  /** With what, where features of an item or of a pair were among them. */
  readonly itemId?: string;
  readonly atMs: number;
  /** Of all definitions together. */
  readonly version: string;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

const PARTITION = 0;
const RECORD_VERSION = 1;
const BATCH_RECORDS = 5000;
const packr = new Packr({ useRecords: false });

export class ServedLog {
  readonly #log: EventLog;
  readonly #maxBytes: number;
  /** Files are dropped and written anew by one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(log: EventLog, maxBytes: number) {
    assert(log.partitionCount === 1, "what was served has a log of one partition");
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  /** `log` has one partition, and is nobody else's. */
  static async open({
    log,
    maxBytes,
  }: {
    readonly log: EventLog;
    readonly maxBytes: number;
  }): Promise<ServedLog> {
    return new ServedLog(log, maxBytes);
  }

  /** Durable when it resolves. */
  async note(served: readonly ServedFeatures[]): Promise<void> {
    if (served.length === 0) return;
    await this.#log.append(
      PARTITION,
      served.map(({ userId, itemId, atMs, version, values }) =>
        packr.pack([
          RECORD_VERSION,
          userId,
          atMs,
          version,
          values,
          ...(itemId === undefined ? [] : [itemId]),
        ]),
      ),
    );
    await this.#inTurn(() => this.#makeRoom());
  }

  async #makeRoom(): Promise<void> {
    const units = await this.#log.units(PARTITION);
    const bytes = units.reduce((sum, unit) => sum + unit.bytes, 0);
    if (bytes > this.#maxBytes && units.length > 1) await this.#log.dropBefore(PARTITION, units[0]!.to);
  }

  /** Everything kept, oldest first. */
  async *read(): AsyncGenerator<ServedFeatures> {
    for (let next = this.#log.start(PARTITION); next < this.#log.end(PARTITION); ) {
      const records = await this.#log.read(PARTITION, next, BATCH_RECORDS);
      for (const { bytes } of records) if (bytes.length > 0) yield decode(bytes);
      next = records.at(-1)!.offset + 1;
    }
  }

  /** Removes everything of the ids; how many records. */
  forget(ids: readonly string[]): Promise<number> {
    return this.#inTurn(() =>
      this.#log.erase(PARTITION, ({ bytes }) => bytes.length > 0 && ids.includes(decode(bytes).userId)),
    );
  }

  async count(ids: readonly string[]): Promise<number> {
    let found = 0;
    for await (const { userId } of this.read()) if (ids.includes(userId)) found++;
    return found;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#log.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function decode(bytes: Uint8Array): ServedFeatures {
  const [version, userId, atMs, plan, values, itemId] = packr.unpack(bytes) as [
    number,
    string,
    number,
    string,
    ServedFeatures["values"],
    string?,
  ]; // our own bytes
  assert(
    version === RECORD_VERSION,
    `a record of served features of version ${RECORD_VERSION}, not ${version}`,
  );
  return { userId, atMs, version: plan, values, ...(itemId !== undefined && { itemId }) };
}

/** For each row, in order, what its person was last served with its item, if it has one, by its time; `undefined` where nothing was. */
export async function servedAt(
  log: ServedLog,
  identity: IdentityGraph,
  rows: readonly HistoricalAsk[],
): Promise<(ServedFeatures | undefined)[]> {
  const keyOf = (userId: string, itemId = ""): string => `${identity.personOf(userId)}\0${itemId}`;
  const byKey = new Map<string, ServedFeatures[]>();
  for await (const served of log.read()) {
    const key = keyOf(served.userId, served.itemId);
    const known = byKey.get(key);
    if (known) known.push(served);
    else byKey.set(key, [served]);
  }
  for (const served of byKey.values()) served.sort((left, right) => left.atMs - right.atMs);
  return rows.map(({ userId, itemId, timestampMs }) =>
    userId === undefined
      ? undefined
      : byKey.get(keyOf(userId, itemId))?.findLast(({ atMs }) => atMs <= timestampMs),
  );
}
