import { decodeSharedRecord, partitionOf, SHARED_PARTITION, type SharedRecord } from "#events";
import { recordsOfUsers } from "#sequences";
import type { EventLog } from "#storage";

/** Erases the events of the ids, and the links that name one. Counts what went. */
export async function forgetInLog(
  log: EventLog,
  ids: readonly string[],
): Promise<{ events: number; links: number }> {
  const isTheirs = recordsOfUsers(ids);
  let events = 0;
  for (const partition of partitionsOf(log, ids))
    events += await log.erase(partition, ({ bytes }) => bytes.length > 0 && isTheirs(bytes));
  const links = await log.erase(SHARED_PARTITION, ({ bytes }) => namesOneOf(bytes, ids));
  return { events, links };
}

const PAGE = 10_000;

/** Records of the ids from one offset to another, per partition. */
export async function countInLog(
  log: EventLog,
  ids: readonly string[],
  starts: readonly number[],
  ends: readonly number[],
): Promise<number> {
  const isEvent = recordsOfUsers(ids);
  const isLink = (bytes: Uint8Array): boolean => namesOneOf(bytes, ids);
  let found = 0;
  for (const partition of [SHARED_PARTITION, ...partitionsOf(log, ids)]) {
    const isTheirs = partition === SHARED_PARTITION ? isLink : isEvent;
    for (let next = starts[partition]!; next < ends[partition]!; ) {
      const records = await log.read(partition, next, Math.min(PAGE, ends[partition]! - next));
      found += records.filter(({ bytes }) => bytes.length > 0 && isTheirs(bytes)).length;
      next = records.at(-1)!.offset + 1;
    }
  }
  return found;
}

function partitionsOf(log: EventLog, ids: readonly string[]): Set<number> {
  return new Set(ids.map((id) => partitionOf(id, log.partitionCount)));
}

function namesOneOf(bytes: Uint8Array, ids: readonly string[]): boolean {
  if (bytes.length === 0) return false;
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!ids.some((id) => record.includes(id))) return false;
  return idsIn(decodeSharedRecord(bytes)).some((id) => ids.includes(id));
}

function idsIn(record: SharedRecord): string[] {
  if (record.kind === "link") return [record.from, record.to];
  return record.kind === "unlink" ? [record.id] : [];
}
