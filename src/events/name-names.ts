import type { ItemRow } from "#base";
import type { Actions } from "./actions.ts";
import type { Catalogue } from "./catalogue.ts";
import { metSince, type SharedRecord } from "./shared-record.ts";
import type { StoredEvent } from "./stored-event.ts";

/** The number of the item that an event is about, where it has one. */
export function itemRowOf({ properties }: StoredEvent, catalogue: Catalogue): ItemRow | undefined {
  const { itemId } = properties;
  return typeof itemId === "string" ? catalogue.rowOf(itemId) : undefined;
}

/**
 * Adds the records that number the item, action and surface of a track event of a declared action, where they have no number yet;
 * `itemRow` is the item's.
 */
export function nameNames(
  { name, properties, timestampMs }: StoredEvent,
  itemRow: ItemRow | undefined,
  { catalogue, actions }: { readonly catalogue: Catalogue; readonly actions: Actions },
  fresh: Map<string, SharedRecord>,
): void {
  if (!actions.named(name)) return;
  const { itemId, surface } = properties;
  if (catalogue.actions.codeOf(name) === undefined) fresh.set(`action ${name}`, { kind: "action", name });
  if (typeof surface === "string" && catalogue.surfaces.codeOf(surface) === undefined) {
    fresh.set(`surface ${surface}`, { kind: "surface", name: surface });
  }
  if (itemRow === undefined && typeof itemId === "string") {
    const key = `item ${itemId}`;
    const other = fresh.get(key);
    const metMs = Math.min(timestampMs, (other?.kind === "item" && other.knownSinceMs) || timestampMs);
    fresh.set(key, { kind: "item", itemId, ...metSince(metMs) });
  }
}
