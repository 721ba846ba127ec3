import type { ValuesOf } from "./config.ts";
import type { Fields } from "./field.ts";

/** Something that is true or false of an item, as plain data: what business rules are about. */
export type ItemPredicate =
  | { readonly kind: "is"; readonly attribute: string; readonly value: string | number | boolean }
  | { readonly kind: "at-least" | "at-most"; readonly attribute: string; readonly value: number }
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "all" | "any"; readonly of: readonly ItemPredicate[] }
  | { readonly kind: "not"; readonly of: ItemPredicate };

/** Names of the attributes whose values are numbers. */
type NumberNames<Attributes extends Fields> = {
  [Name in keyof Attributes]: ValuesOf<Attributes>[Name & keyof ValuesOf<Attributes>] extends
    | number
    | null
    | undefined
    ? Name
    : never;
}[keyof Attributes] &
  string;

/** What `itemsWhere` answers. Where an item lacks an attribute, `is`, `atLeast` and `atMost` about it are false, and so `not` of them is true. */
export interface Predicates<Attributes extends Fields> {
  is<Name extends keyof Attributes & string>(
    attribute: Name,
    value: ValuesOf<Attributes>[Name & keyof ValuesOf<Attributes>] & (string | number | boolean),
  ): ItemPredicate;
  atLeast(attribute: NumberNames<Attributes>, value: number): ItemPredicate;
  atMost(attribute: NumberNames<Attributes>, value: number): ItemPredicate;
  hasTag(tag: string): ItemPredicate;
  all(...of: readonly ItemPredicate[]): ItemPredicate;
  any(...of: readonly ItemPredicate[]): ItemPredicate;
  not(of: ItemPredicate): ItemPredicate;
}

/**
 * Predicates over items whose attributes are declared so: a name or a value that is not among them does not compile.
 *
 *     const item = itemsWhere({ price: number(), format: oneOf("photo", "video") });
 *     item.all(item.is("format", "video"), item.atMost("price", 10))
 */
export function itemsWhere<const Attributes extends Fields>(_: Attributes): Predicates<Attributes> {
  return {
    is: (attribute, value) => ({ kind: "is", attribute, value }),
    atLeast: (attribute, value) => ({ kind: "at-least", attribute, value }),
    atMost: (attribute, value) => ({ kind: "at-most", attribute, value }),
    hasTag: (tag) => ({ kind: "tag", tag }),
    all: (...of) => ({ kind: "all", of }),
    any: (...of) => ({ kind: "any", of }),
    not: (of) => ({ kind: "not", of }),
  };
}
