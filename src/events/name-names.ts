import type { Actions } from "./actions.ts";
import type { Catalogue } from "./catalogue.ts";
import type { SharedRecord } from "./shared-record.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Adds the records that number the item, action and surface of a track event of a declared action, where they have no number yet. */
export function nameNames(
  { name, properties }: StoredEvent,
  { catalogue, actions }: { readonly catalogue: Catalogue; readonly actions: Actions },
  fresh: Map<string, SharedRecord>,
): void {
  if (!actions.named(name)) return;
  const { itemId, surface } = properties;
  if (catalogue.actions.codeOf(name) === undefined) fresh.set(`action ${name}`, { kind: "action", name });
  if (typeof surface === "string" && catalogue.surfaces.codeOf(surface) === undefined) {
    fresh.set(`surface ${surface}`, { kind: "surface", name: surface });
  }
  if (typeof itemId === "string" && catalogue.rowOf(itemId) === undefined) {
    fresh.set(`item ${itemId}`, { kind: "item", itemId });
  }
}
