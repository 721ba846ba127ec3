import { type Clock, DAY_MS } from "#base";
import type { Retention } from "#declarations";
import type { EventLog, LogUnit } from "#storage";

/**
 * @file How long the log keeps what it has: whole segments go, oldest first, once they are old or the log is too large, and once
 * state (on disk) and lake have taken them. The shared partition, which all else is read by, is kept for good.
 */
export interface RetentionParts {
  readonly log: EventLog;
  readonly policy: Retention;
  /** What says how old a segment is: the machine's clock, not the platform's, which may stand in the past. */
  readonly clock: Clock;
  /** Per partition, the offset before which nobody needs the log any more. */
  readonly taken: () => Promise<readonly number[]>;
  /** Told what was dropped, for others who have the log open. */
  readonly onDropped: (partition: number, offset: number) => void;
  readonly onNotice: (message: string) => void;
}

const SWEEP_EVERY_MS = 60_000;
/** A partition's share of the bytes is at least so many segments, so that dropping one leaves most of it. */
const SEGMENTS_KEPT = 4;
const SEGMENT_BYTES = { least: 64 * 1024, most: 128 * 1024 * 1024 };

export class LogRetention {
  readonly #parts: RetentionParts;
  readonly #timer: NodeJS.Timeout;
  #work: Promise<unknown> = Promise.resolve();
  #holds = 0;

  /** Sweeps every minute until closed. */
  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
    this.#timer.unref();
  }

  /** Drops what may go now; does nothing while somebody holds. Failures are told, and tried again at the next sweep. */
  sweep(): Promise<unknown> {
    this.#work = this.#work
      .then(() => (this.#holds > 0 ? undefined : this.#sweep()))
      .catch((error: unknown) =>
        this.#parts.onNotice(`old segments of the log are kept: ${String(error)}; it is tried again`),
      );
    return this.#work;
  }

  /** Nothing is dropped until what it returns is called: for those who read the log from its beginning, or write it anew. */
  async hold(): Promise<() => void> {
    this.#holds++;
    await this.#work;
    return () => {
      this.#holds--;
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#holds++;
    await this.#work;
  }

  async #sweep(): Promise<void> {
    const { log, policy, clock, taken, onDropped } = this.#parts;
    const wanted = [0];
    for (let partition = 1; partition < log.partitionCount; partition++)
      wanted.push(dropOffset(await log.units(partition), shareOf(policy, log.partitionCount), clock.nowMs()));
    if (wanted.every((offset, partition) => partition === 0 || offset <= log.start(partition))) return;
    const allowed = await taken();
    for (let partition = 1; partition < log.partitionCount; partition++) {
      const before = log.start(partition);
      await log.dropBefore(partition, Math.min(wanted[partition]!, allowed[partition]!));
      if (log.start(partition) > before) onDropped(partition, log.start(partition));
    }
  }
}

/** What of a policy falls to one partition of users. */
function shareOf({ days, bytes }: Retention, partitionCount: number): Retention {
  return {
    ...(days !== undefined && { days }),
    ...(bytes !== undefined && { bytes: bytes / (partitionCount - 1) }),
  };
}

/** The offset before which a partition's units are too old or too much; its first offset when none is. The last one grows, and stays. */
export function dropOffset(units: readonly LogUnit[], { days, bytes }: Retention, nowMs: number): number {
  let left = units.reduce((sum, unit) => sum + unit.bytes, 0);
  let offset = units[0]?.from ?? 0;
  for (const unit of units.slice(0, -1)) {
    const isOld = days !== undefined && nowMs - unit.writtenMs > days * DAY_MS;
    const isTooMuch = bytes !== undefined && left > bytes;
    if (!isOld && !isTooMuch) break;
    left -= unit.bytes;
    offset = unit.to;
  }
  return offset;
}

/** Size at which a segment is closed, so that a policy in bytes can be kept to by whole segments. */
export function segmentBytesFor({ bytes }: Retention, partitionCount: number): number {
  const share = (bytes ?? Number.POSITIVE_INFINITY) / (partitionCount - 1) / SEGMENTS_KEPT;
  return Math.round(Math.min(SEGMENT_BYTES.most, Math.max(SEGMENT_BYTES.least, share)));
}
