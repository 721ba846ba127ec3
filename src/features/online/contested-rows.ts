import { partitionOf, viewEvent } from "#events";
import type { EventLog, LogRecord } from "#storage";
import type { FeatureRow } from "../feature-row.ts";
import { CollectedRows } from "../history/collect-rows.ts";
import { choicesOf, isContested } from "../person-consent.ts";
import { readPlaces } from "../state/event-places.ts";
import type { FeatureHead } from "../state/feature-head.ts";
import { sliceRows } from "../state/row-slices.ts";
import type { FeatureContext } from "./feature-context.ts";
import type { FeatureRequest } from "./feature-request.ts";

/** So many records of others are read along with the wanted ones around them: a reading of its own costs more. */
const NEAR_RECORDS = 16;

/** What is kept of one id of a person. */
export interface HeadOfId {
  readonly userId: string;
  readonly head: FeatureHead;
}

/** Whether the choices of a person's ids may decide otherwise of events that each id has settled for itself (person-consent.ts). */
export function areContested(ids: readonly HeadOfId[], { purposes }: FeatureRequest): boolean {
  if (ids.length < 2) return false;
  const person = choicesOf(ids);
  if (!person) return false;
  return ids.some(
    ({ head }) =>
      head.standingMs > 0 && isContested({ own: choicesOf([{ head }]), person }, purposes, head.standingMs),
  );
}

/**
 * The rows of such a person, oldest first, by the person's choices: their events are read in the log again, as a training set reads them. `undefined`
 * where that is not all there any more; then nothing is told of them.
 */
export async function contestedRows(
  { state, log, catalogue, identity }: FeatureContext,
  { plan }: FeatureRequest,
  ids: readonly HeadOfId[],
): Promise<readonly FeatureRow[] | undefined> {
  const collected = new CollectedRows(plan, { catalogue, identity });
  for (const { userId, head } of ids) {
    const partition = partitionOf(userId, log.partitionCount);
    const sealed = await readPlaces(state, userId, head.placeCount);
    if (!sealed) return undefined;
    const open = head.openRows.flatMap(sliceRows).map(({ offset }) => offset);
    const places = [...new Set([...sealed, ...head.openPlaces, ...open])].sort((left, right) => left - right);
    if (places.length > 0 && places[0]! < log.start(partition)) return undefined;
    for (const { offset, bytes } of await readAt(log, partition, places))
      if (bytes.length > 0) collected.take(viewEvent(bytes), offset); // else it was erased
  }
  return collected.rowsOf(ids.map(({ userId }) => userId)) ?? [];
}

/** The records at ascending places, those that lie close to each other in one reading. */
async function readAt(
  log: Pick<EventLog, "read">,
  partition: number,
  places: readonly number[],
): Promise<readonly LogRecord[]> {
  const wanted = new Set(places);
  const found: LogRecord[] = [];
  for (let n = 0; n < places.length; ) {
    const from = places[n]!;
    let to = from + 1;
    for (n++; n < places.length && places[n]! - to < NEAR_RECORDS; n++) to = places[n]! + 1;
    for (let next = from; next < to; ) {
      const records = await log.read(partition, next, to - next);
      if (records.length === 0) break;
      for (const record of records) if (wanted.has(record.offset)) found.push(record);
      next = records.at(-1)!.offset + 1;
    }
  }
  return found;
}
