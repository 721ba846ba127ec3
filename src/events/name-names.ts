import type { ItemRow } from "#base";
import type { Actions } from "./actions.ts";
import type { Catalogue } from "./catalogue.ts";
import type { PlainMessage } from "./plain-message.ts";
import type { SharedRecord } from "./shared-record.ts";
import type { StoredEvent } from "./stored-event.ts";

/** The number of the item that an event is about, where it has one. */
export function itemRowOf({ properties }: StoredEvent, catalogue: Catalogue): ItemRow | undefined {
  const { itemId } = properties;
  return typeof itemId === "string" ? catalogue.rowOf(itemId) : undefined;
}

/** Of a message that names no item. */
export const NO_ITEM = -1;

/** The number of the item that a message is about, or {@link NO_ITEM}; `undefined` where {@link nameNames} has something to add. */
export function namedItemRowOf(
  message: PlainMessage,
  { catalogue, actions }: { readonly catalogue: Catalogue; readonly actions: Actions },
): ItemRow | typeof NO_ITEM | undefined {
  const { event: name, surface } = message;
  const itemRow = message.hasItem ? message.itemRowIn(catalogue) : NO_ITEM;
  if (!actions.named(name)) return itemRow ?? NO_ITEM;
  const isNamed =
    catalogue.actions.codeOf(name) !== undefined &&
    (surface === undefined || catalogue.surfaces.codeOf(surface) !== undefined);
  return isNamed ? itemRow : undefined;
}

/**
 * Adds the records that number the item, action and surface of a track event of a declared action, where they have no number yet;
 * `itemRow` is the item's.
 */
export function nameNames(
  { name, properties }: StoredEvent,
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
    fresh.set(`item ${itemId}`, { kind: "item", itemId });
  }
}
