/** A type that is its base at run time and a stranger to it at compile time: ids of different things do not mix. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };

/** Who did it: the id the sending application knows the person by. */
export type UserId = Brand<string, "UserId">;
/** What it was done to: the id the sending application knows the item by. */
export type ItemId = Brand<string, "ItemId">;
/** Row of an item in the catalogue: 0-based, assigned once at first sight, never reused. */
export type ItemRow = Brand<number, "ItemRow">;
/** The sender's idempotency key of an event (Segment's `messageId`). */
export type EventId = Brand<string, "EventId">;
