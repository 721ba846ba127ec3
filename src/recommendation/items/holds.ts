import type { ItemPredicate } from "#declarations";
import type { Item } from "#events";

/** Whether a predicate is true of an item. */
export function holds(predicate: ItemPredicate, item: Item): boolean {
  switch (predicate.kind) {
    case "is":
      return item.attributes[predicate.attribute] === predicate.value;
    case "at-least":
      return numberIn(item, predicate.attribute) >= predicate.value;
    case "at-most":
      return numberIn(item, predicate.attribute) <= predicate.value;
    case "tag":
      return item.tags.includes(predicate.tag);
    case "all":
      return predicate.of.every((inner) => holds(inner, item));
    case "any":
      return predicate.of.some((inner) => holds(inner, item));
    case "not":
      return !holds(predicate.of, item);
  }
}

/** NaN, which compares with nothing, where there is no number. */
function numberIn({ attributes }: Item, name: string): number {
  const value = attributes[name];
  return typeof value === "number" ? value : Number.NaN;
}
