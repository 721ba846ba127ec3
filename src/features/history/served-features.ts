import { Packr } from "msgpackr";
import { assert } from "#base";
import type { IdentityGraph } from "#events";
import type { EventLog } from "#storage";
import type { FeatureValue } from "../aggregation.ts";
import type { EntityRow } from "../online/entity-rows.ts";
import type { HistoricalAsk } from "./historical-features.ts";

/**
 * @file What was served, kept so that a model can learn from the very values it was asked with: what was known then, late events and
 * all, and not what the log would say of that moment now. An event log of one partition; when it takes more room than it may, its
 * oldest file goes. A record is `[3, userId, atMs, lineages, { name: value }, itemId or null, { key: text }]`, with six bytes of lineage for each
 * value, in order; one of version 2 has the version of all definitions together in their place, and one of version 1 no keys besides, and an item id
 * only where there was one.
 */
export interface ServedFeatures {
  readonly userId: string;
  /** With what, where features of an item or of a pair were among them. */
  readonly itemId?: string;
  /** What else the row was asked by, where a feature was of a pair: `{ topic: "art" }`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly atMs: number;
  /** What each value meant: lineages of the definitions then, by name; of records before version 3 the version of all definitions together. */
  readonly definedAs: Readonly<Record<string, string>> | string;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

const PARTITION = 0;
const RECORD_VERSION = 3;
const LINEAGE_BYTES = 6;
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
      served.map(({ userId, itemId, keys, atMs, definedAs, values }) => {
        assert(typeof definedAs === "object", "what is served now says what each value means");
        const lineages = Object.keys(values).map((name) => definedAs[name]);
        const packed = Buffer.from(lineages.join(""), "hex");
        return packr.pack([RECORD_VERSION, userId, atMs, packed, values, itemId ?? null, keys ?? {}]);
      }),
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
  const [version, userId, atMs, lineages, values, itemId, keys] = packr.unpack(bytes) as [
    number,
    string,
    number,
    string | Buffer,
    ServedFeatures["values"],
    (string | null)?,
    Record<string, string>?,
  ]; // our own bytes
  assert(
    version >= 1 && version <= RECORD_VERSION,
    `a record of served features of version ${RECORD_VERSION} at most, not ${version}`,
  );
  return {
    ...{ userId, atMs, values },
    definedAs: typeof lineages === "string" ? lineages : lineagesIn(lineages, Object.keys(values)),
    ...(itemId != null && { itemId }),
    ...(keys && Object.keys(keys).length > 0 && { keys }),
  };
}

function lineagesIn(packed: Buffer, names: readonly string[]): Record<string, string> {
  const text = packed.toString("hex");
  const digits = 2 * LINEAGE_BYTES;
  return Object.fromEntries(names.map((name, n) => [name, text.slice(n * digits, (n + 1) * digits)]));
}

/** A feature that is joined to rows. */
export interface WantedFeature {
  /** By which it is asked. */
  readonly columns: readonly string[];
  readonly lineage: string;
}

/** Features, and the version of all definitions together that they are among. */
export interface WantedFeatures {
  readonly byName: ReadonlyMap<string, WantedFeature>;
  readonly version: string;
}

/** A value, and when it was served. */
export interface ServedValue {
  readonly atMs: number;
  readonly value: FeatureValue;
}

export interface ServedRows {
  /** For each row, in order, features by name; `undefined` where none was served. */
  readonly rows: readonly (ReadonlyMap<string, ServedValue> | undefined)[];
  /** By name, how many values were kept that meant something else, and are in no row. */
  readonly ofOthers: ReadonlyMap<string, number>;
}

/**
 * For each row what was last served by its time of each feature, to its person and of what the feature is about: of a pair, the same pair. A feature is looked
 * for on its own, so who asked for others later takes nothing from it. A value that was served under another definition is none of the feature's, whatever
 * its name. O(records + rows x features x log(records)).
 */
export async function servedAt(
  log: ServedLog,
  identity: IdentityGraph,
  { byName, version }: WantedFeatures,
  rows: readonly HistoricalAsk[],
): Promise<ServedRows> {
  const keyOf = (row: EntityRow, columns: readonly string[]): string | undefined => {
    if (row.userId === undefined) return undefined;
    const ids = columns.map((column) => (column === "item_id" ? row.itemId : row.keys?.[column]));
    const others = ids.filter((_, n) => columns[n] !== "user_id");
    return others.includes(undefined)
      ? undefined
      : JSON.stringify([identity.personOf(row.userId), ...others]);
  };
  const courses = new Map(Array.from(byName.keys(), (name) => [name, new Map<string, ServedValue[]>()]));
  const ofOthers = new Map<string, number>();
  for await (const served of log.read())
    for (const [name, value] of Object.entries(served.values)) {
      const wanted = byName.get(name);
      const key = wanted && keyOf(served, wanted.columns);
      if (key === undefined) continue;
      const { definedAs, atMs } = served;
      if (typeof definedAs === "string" ? definedAs !== version : definedAs[name] !== wanted?.lineage) {
        ofOthers.set(name, (ofOthers.get(name) ?? 0) + 1);
        continue;
      }
      const own = courses.get(name)!; // of each that is wanted
      const course = own.get(key);
      if (course) course.push({ atMs, value });
      else own.set(key, [{ atMs, value }]);
    }
  for (const own of courses.values())
    for (const course of own.values()) course.sort((left, right) => left.atMs - right.atMs);
  const joined = rows.map((row) => {
    const values = new Map<string, ServedValue>();
    for (const [name, own] of courses) {
      const course = own.get(keyOf(row, byName.get(name)!.columns) ?? ""); // as above
      const last = course && lastUpTo(course, row.timestampMs);
      if (last) values.set(name, last);
    }
    return values.size === 0 ? undefined : values;
  });
  return { rows: joined, ofOthers };
}

/** Of a course in order of time. */
function lastUpTo(course: readonly ServedValue[], timeMs: number): ServedValue | undefined {
  let [low, high] = [0, course.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (course[middle]!.atMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return course[low - 1];
}
