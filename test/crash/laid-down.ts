import { join } from "node:path";
import { decodeEvent } from "#events";
import { DuckDbLake, SegmentedEventLog } from "#storage";

/** Rows that the lake has and the log has not, or the other way round. Nobody else may have the folder open. O(log) */
export async function countUnlikeLog(folder: string, partitionCount: number): Promise<number> {
  const wanted = await rowsOfLog(folder, partitionCount);
  let strange = 0;
  const lake = await DuckDbLake.open(join(folder, "lake"), { isReadOnly: true });
  try {
    const columns = ["partition", "logOffset", "userId", "eventId"] as const;
    for await (const { rows } of lake.scan({ columns })) {
      for (const { partition, logOffset, userId, eventId } of rows) {
        const place = `${partition}/${logOffset}`;
        if (wanted.get(place) === idOf(userId, eventId)) wanted.delete(place);
        else strange++; // in no such record, or there a second time
      }
    }
  } finally {
    await lake.close();
  }
  return strange + wanted.size;
}

/** Place in the log -> whose event it is: of events with one id a user's first. */
async function rowsOfLog(folder: string, partitionCount: number): Promise<Map<string, string>> {
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount, isReadOnly: true });
  const rows = new Map<string, string>();
  const seen = new Set<string>();
  for (let partition = 1; partition < partitionCount; partition++) {
    for (let next = 0; next < log.end(partition); ) {
      for (const { offset, bytes } of await log.read(partition, next, 10_000)) {
        next = offset + 1;
        if (bytes.length === 0) continue; // erased
        const { userId, eventId } = decodeEvent(bytes);
        const id = idOf(userId, eventId);
        if (!seen.has(id)) rows.set(`${partition}/${offset}`, id);
        seen.add(id);
      }
    }
  }
  await log.close();
  return rows;
}

function idOf(userId: string, eventId: string): string {
  return JSON.stringify([userId, eventId]);
}
