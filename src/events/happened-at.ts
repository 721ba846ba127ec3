import { type Clock, MINUTE_MS, parseIsoTime } from "#base";

/**
 * @file When what a message tells of happened, by our clock. `receivedAt - sentAt` is how far the sender's clock is off, plus the time the request was on its
 * way, and nobody can tell one from the other. Segment's formula, `receivedAt - (sentAt - originalTimestamp)`
 * (https://segment.com/docs/connections/spec/common), takes all of it for the clock, and so it is for `originalTimestamp`. What comes as `timestamp` is an
 * answer, not a reading of a clock: some clients mean their clock by it (analytics-node), others what a database says. It stays to the
 * millisecond, and in the order it was told in, unless the difference is more than any one request takes: then the clock is wrong, and is corrected by the
 * same formula. A message that has both was corrected before it came.
 */
export interface Times {
  readonly timestamp?: string | undefined;
  readonly originalTimestamp?: string | undefined;
  /** Absent where nobody knows when it was sent by the clock that timed it: in a file, or in an export sent again. */
  readonly sentAt?: string | null | undefined;
}

export interface Receipt {
  readonly atMs: number;
  /** False where now is taken from the data: a sender's clock cannot be held to that. */
  readonly isByWallClock: boolean;
}

/**
 * The longest a request is on its way, from its `sentAt` to here: the server ends one that has not arrived after a minute, analytics-node gives up after ten
 * seconds and writes a new `sentAt` for the next try, rudder-sdk-node waits less than two in all between four tries of the same bytes. A clock set by the network is
 * right to a second.
 */
const LONGEST_WAY_MS = MINUTE_MS;

/** On a historical clock an event of a later time *is* the news that time has passed. */
export function receiptOf({ timestamp }: Times, clock: Pick<Clock, "isHistorical">, nowMs: number): Receipt {
  if (!clock.isHistorical) return { atMs: nowMs, isByWallClock: true };
  return {
    atMs: timestamp === undefined ? nowMs : Math.max(nowMs, parseIsoTime(timestamp)),
    isByWallClock: false,
  };
}

export interface Happened {
  /** Since 1970; anything where the message's clock is nowhere near. */
  readonly ms: number;
  /** By `sentAt`. */
  readonly isCorrected: boolean;
}

export function happenedAt({ timestamp, originalTimestamp, sentAt }: Times, receipt: Receipt): Happened {
  const said = timestamp ?? originalTimestamp;
  if (said === undefined) return { ms: receipt.atMs, isCorrected: false };
  const saidMs = parseIsoTime(said);
  if (!sentAt || (timestamp !== undefined && originalTimestamp !== undefined))
    return { ms: saidMs, isCorrected: false };
  const offMs = receipt.atMs - parseIsoTime(sentAt);
  const isOff = timestamp === undefined || (receipt.isByWallClock && Math.abs(offMs) > LONGEST_WAY_MS);
  return isOff ? { ms: saidMs + offMs, isCorrected: true } : { ms: saidMs, isCorrected: false };
}
