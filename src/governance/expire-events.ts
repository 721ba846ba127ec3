import { SHARED_PARTITION, viewEvent } from "#events";
import { type EventLog, type Expiry, expiredCondition, type Lake } from "#storage";

/** @file Letting go of events that are past what is declared of their action, by when they happened. */

const PAGE = 10_000;

/** Whether log or lake has such an event. Reads on until there is one. */
export async function expiredIn(
  log: EventLog,
  lake: Lake | undefined,
  expiries: readonly Expiry[],
): Promise<boolean> {
  if (expiries.length === 0) return false;
  const isPast = pastRecords(expiries);
  for (let partition = SHARED_PARTITION + 1; partition < log.partitionCount; partition++) {
    for (let next = log.start(partition); next < log.end(partition); ) {
      const records = await log.read(partition, next, PAGE);
      if (records.some(({ bytes }) => isPast(bytes))) return true;
      next = records.at(-1)!.offset + 1;
    }
  }
  if (!lake) return false;
  const { rows } = await lake.query(
    `SELECT count(*)::INTEGER FROM events WHERE ${expiredCondition(expiries)}`,
  );
  return Number(rows[0]![0]) > 0; // a count has one row
}

/** Makes their records empty, and counts them. */
export async function expireInLog(log: EventLog, expiries: readonly Expiry[]): Promise<number> {
  const isPast = pastRecords(expiries);
  let events = 0;
  for (let partition = SHARED_PARTITION + 1; partition < log.partitionCount; partition++)
    events += await log.erase(partition, ({ bytes }) => isPast(bytes));
  return events;
}

/** Of a record of a user partition. */
function pastRecords(expiries: readonly Expiry[]): (bytes: Uint8Array) => boolean {
  const before = new Map(expiries.map(({ name, beforeMs }) => [name, beforeMs]));
  return (bytes) => {
    if (bytes.length === 0) return false; // gone before
    const { kind, name, timestampMs } = viewEvent(bytes);
    return kind === "track" && timestampMs < (before.get(name) ?? Number.NEGATIVE_INFINITY);
  };
}
