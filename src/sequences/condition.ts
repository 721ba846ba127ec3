import type { ItemRow } from "#base";

/** What a list can be about, besides the person. */
export type Condition =
  | { readonly kind: "topic"; readonly topic: string }
  | { readonly kind: "item"; readonly itemRow: ItemRow }
  | { readonly kind: "items"; readonly itemRows: readonly ItemRow[] }
  | { readonly kind: "text"; readonly text: string };

/**
 * What the list was about that showed an item, as the `source` of an event says it: `query:` and the words that were searched for, `topic:` and a
 * tag, `item:` and an id. `undefined` where it says anything else, or names an item that nobody put.
 */
export function conditionOfSource(
  source: string,
  rowOf: (itemId: string) => ItemRow | undefined,
): Condition | undefined {
  const colon = source.indexOf(":");
  const said = source.slice(colon + 1).trim();
  if (colon < 0 || said === "") return undefined;
  switch (source.slice(0, colon)) {
    case "query":
      return { kind: "text", text: said };
    case "topic":
      return { kind: "topic", topic: said };
    case "item": {
      const itemRow = rowOf(said);
      return itemRow === undefined ? undefined : { kind: "item", itemRow };
    }
    default:
      return undefined;
  }
}
