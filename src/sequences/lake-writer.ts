import { PlatformError } from "#base";
import { consentOf, decodeEvent, type StoredEvent } from "#events";
import {
  type EventLog,
  type Lake,
  LogFollower,
  type LogRecord,
  type NewLakeEvent,
  type StateStore,
} from "#storage";
import { duplicatesBetween } from "./duplicates.ts";

/**
 * @file What lays events down in the lake: one follower per partition of users, reading on from where the lake says it is.
 * It never runs ahead of the state, which knows which records repeat an event; those are left out.
 */
export interface LakeWriterParts {
  /** Ends where state does: see `extendTo` of the embedded log. */
  readonly log: EventLog;
  readonly state: Pick<StateStore, "get" | "scan" | "refresh">;
  readonly lake: Lake;
  /** Told when everything of a partition before an offset is in the lake for good. */
  readonly onWritten?: (partition: number, offset: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Rows are gathered before they become a file; while much comes in it has the processor, and the lake is a minute behind. */
const GATHER = { ms: 5000, busyRecords: 10_000, atMostMs: 60_000 };
/** Rows of one file of arrivals at most: fewer, larger files cost less each way. */
const RUN_RECORDS = 50_000;
/** Files of arrivals before they are moved to their days, whoever laid them down: a run may be too short to fill many. */
const ARRIVALS_BEFORE_COMPACTION = 64;

export class LakeWriter {
  readonly #parts: LakeWriterParts;
  readonly #followers: LogFollower[];

  /** @throws PlatformError `data-damaged` when the log does not reach back to where the lake ends */
  constructor(parts: LakeWriterParts) {
    this.#parts = parts;
    const partitions = Array.from({ length: parts.log.partitionCount - 1 }, (_, n) => n + 1);
    for (const partition of partitions) requireNoHole(parts, partition);
    this.#followers = partitions.map(
      (partition) =>
        new LogFollower({
          log: parts.log,
          partition,
          from: parts.lake.committed(partition),
          take: (records) => this.#write(partition, records),
          onFailure: parts.onFailure,
          gather: GATHER,
          runRecords: RUN_RECORDS,
        }),
    );
  }

  /** Lays down everything that is in the log now, and moves it to its days. */
  async catchUp(onProgress: (done: number, total: number) => void): Promise<void> {
    const behind = (): number =>
      this.#followers.reduce((sum, follower, n) => sum + this.#parts.log.end(n + 1) - follower.position, 0);
    const total = behind();
    if (total === 0) return;
    for (const follower of this.#followers) await follower.catchUp(() => onProgress(total - behind(), total));
    await this.#parts.lake.compact();
  }

  /** Goes on in the background. */
  start(): void {
    for (const follower of this.#followers) follower.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.close()));
  }

  async #write(partition: number, records: readonly LogRecord[]): Promise<void> {
    const { state, lake, onWritten, onFailure } = this.#parts;
    const from = records[0]!.offset;
    const to = records.at(-1)!.offset + 1;
    const duplicates = await duplicatesBetween(state, partition, from, to);
    state.refresh(); // a view that is held while rows are made keeps pages alive that the applier would write again
    const rows = records
      .filter(({ offset, bytes }) => bytes.length > 0 && !duplicates.has(offset)) // an empty one was erased
      .map(({ offset, bytes }) => lakeRow(decodeEvent(bytes), offset));
    await lake.write(rows, { partition, from, to });
    onWritten?.(partition, to);
    if (lake.arrivalCount >= ARRIVALS_BEFORE_COMPACTION) await lake.compact().catch(onFailure); // what is new is laid down meanwhile
  }
}

function requireNoHole({ log, lake }: LakeWriterParts, partition: number): void {
  const from = lake.committed(partition);
  if (log.start(partition) <= from) return;
  throw new PlatformError(
    "data-damaged",
    `the lake has records of partition ${partition} up to ${from}, and retention has dropped those up to ${log.start(partition)} from the ` +
      "log: restore the lake from a backup",
  );
}

/** An event as a row: what has a column of its own, and everything else as JSON text. */
export function lakeRow(event: StoredEvent, logOffset: number): NewLakeEvent {
  const { properties, traits, rest, itemEdition } = event;
  const { itemId, surface, dwellMs, value, slateId, position } = properties;
  return {
    userId: event.userId,
    eventId: event.eventId,
    kind: event.kind,
    name: event.name,
    itemId: textOrNull(itemId),
    surface: textOrNull(surface),
    timestampMs: Math.floor(event.timestampMs),
    receivedAtMs: Math.floor(event.receivedAtMs),
    properties: jsonOrNull(properties),
    traits: jsonOrNull(traits),
    rest: jsonOrNull(itemEdition ? { ...rest, itemEdition } : rest),
    consent: jsonOrNull(consentOf(event) ?? {}),
    logOffset,
    dwellMs: numberOrNull(dwellMs),
    value: numberOrNull(value),
    slateId: textOrNull(slateId),
    position:
      Number.isInteger(position) && Math.abs(position as number) <= MAX_POSITION
        ? (position as number)
        : null,
  };
}

/** The column's greatest; messages other than `track` may say any number. */
const MAX_POSITION = 2 ** 31 - 1;

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function jsonOrNull(fields: object): string | null {
  for (const _ in fields) return JSON.stringify(fields);
  return null;
}
