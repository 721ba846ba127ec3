import { partitionOf, viewEvent } from "#events";
import type { FeatureRow } from "../feature-row.ts";
import { CollectedRows } from "../history/collect-rows.ts";
import { choicesOf, isContested } from "../person-consent.ts";
import { readPlaces } from "../state/event-places.ts";
import type { FeatureHead } from "../state/feature-head.ts";
import { sliceRows } from "../state/row-slices.ts";
import type { FeatureContext } from "./feature-context.ts";
import type { FeatureRequest } from "./feature-request.ts";

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
    for (const offset of places) {
      const [record] = await log.read(partition, offset, 1);
      if (record?.offset === offset && record.bytes.length > 0)
        collected.take(viewEvent(record.bytes), offset);
    }
  }
  return collected.rowsOf(ids.map(({ userId }) => userId)) ?? [];
}
