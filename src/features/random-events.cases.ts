/** @file Random streams of events: late, repeated, at the same moments, refused; by three ids of two people, about six items. */
import fc from "fast-check";
import { DAY_MS, type EventId, HOUR_MS, type UserId } from "#base";
import type { StoredEvent } from "#events";
import { testActions } from "./many-features.cases.ts";
import type { OracleEvent } from "./oracle.cases.ts";
import { EDITIONS, ITEMS, priceOf, saidOf, tagsOf } from "./storage.cases.ts";

export const START_MS = Date.UTC(2026, 0, 1);

export const eventArbitrary = fc.record({
  id: fc.integer({ min: 0, max: 400 }),
  userId: fc.constantFrom("ann", "anonymous:a", "bob"),
  name: fc.constantFrom(...Object.keys(testActions), "identify"),
  // Many at the same moments, so that windows begin and end right on an event.
  atMs: fc.oneof(
    fc.integer({ min: 0, max: 39 * DAY_MS }),
    fc.integer({ min: 0, max: 2 * DAY_MS }),
    fc.integer({ min: 0, max: 96 }).map((hours) => 38 * DAY_MS + hours * (HOUR_MS / 2)),
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 }).map((day) => day * DAY_MS) },
  ),
  item: fc.integer({ min: 0, max: ITEMS - 1 }),
  edition: fc.integer({ min: 0, max: EDITIONS - 1 }),
  value: fc.option(
    fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(0.1, 0.2, 0.3, 1e16, -1e16, 3, 0, -0),
    ),
  ),
  surface: fc.option(fc.constantFrom("home", "search")),
  refuses: fc.option(fc.boolean(), { freq: 2 }),
});
export type Made = typeof eventArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

export function storedEvent(made: Made): StoredEvent {
  const { id, userId, name, atMs, item, edition, value, surface, refuses } = made;
  const isIdentify = name === "identify";
  const consent =
    refuses === null ? {} : { context: { consent: { categoryPreferences: { personalization: !refuses } } } };
  return {
    kind: isIdentify ? "identify" : "track",
    eventId: `e${id}` as EventId,
    userId: userId as UserId,
    name: isIdentify ? "" : name,
    timestampMs: START_MS + atMs,
    receivedAtMs: START_MS + atMs,
    properties: isIdentify
      ? {}
      : {
          itemId: `i${item}`,
          ...(value !== null && { value, price: value }),
          ...(surface !== null && { surface }),
        },
    traits: isIdentify ? { plan: surface ?? 7, age: id } : {},
    rest: consent,
    ...(!isIdentify && { itemEdition: edition }),
  };
}

/** As the oracle takes them: in the order of the log, first occurrences of each id. */
export function oracleEvents(
  events: readonly StoredEvent[],
  erased?: string,
  offsetOf: (place: number) => number = (place) => place,
): OracleEvent[] {
  const seen = new Set<string>();
  return events.flatMap((event, place) => {
    if (event.userId === erased) return [];
    const key = `${event.userId} ${event.eventId}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const itemId = event.properties["itemId"];
    const item = typeof itemId === "string" ? Number(itemId.slice(1)) : undefined;
    return [
      {
        event,
        offset: offsetOf(place),
        tags: item === undefined ? [] : tagsOf(item),
        price: item === undefined ? undefined : priceOf(item),
        said: item === undefined ? { tags: [] } : saidOf(item, event.itemEdition ?? 0),
      },
    ];
  });
}
