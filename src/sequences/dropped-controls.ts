import {
  type EventKind,
  type IdentityGraph,
  INTEREST_CONTROLLED,
  type InterestControl,
  interestControlOf,
} from "#events";
import type { EventLog, Lake } from "#storage";
import { droppedRows, fieldsOf } from "./dropped-events.ts";

const COLUMNS = ["userId", "kind", "name", "timestampMs", "properties"] as const;

/**
 * What people had muted and had forgotten in events that retention has dropped from the log, by person, in the order in which they came: the lake has
 * them. It holds for ever, so who learned from the log alone would learn from what state leaves out.
 * @throws PlatformError as {@link droppedRows}
 */
export async function droppedControls(
  log: EventLog,
  lake: (() => Promise<Lake>) | undefined,
  identity: IdentityGraph,
): Promise<ReadonlyMap<string, readonly InterestControl[]>> {
  const found: { readonly person: string; readonly control: InterestControl; readonly logOffset: number }[] =
    [];
  for await (const row of droppedRows(log, lake, { columns: COLUMNS, names: [INTEREST_CONTROLLED] })) {
    const { userId, kind, name, timestampMs, properties, logOffset } = row;
    const event = { kind: kind as EventKind, name, timestampMs, properties: fieldsOf(properties) }; // as it was stored
    const control = interestControlOf(event);
    if (control) found.push({ person: identity.personOf(userId), control, logOffset });
  }
  const controls = new Map<string, InterestControl[]>();
  for (const { person, control } of found.sort((left, right) => left.logOffset - right.logOffset)) {
    const own = controls.get(person) ?? [];
    controls.set(person, own);
    own.push(control);
  }
  return controls;
}
