import fc from "fast-check";
import { expect, test } from "vitest";
import type { SegmentMessage } from "#api";
import { ContentIds } from "./content-ids.ts";

const exact = "2026-03-01T12:00:00.123Z";
const save: SegmentMessage = { type: "track", event: "save", userId: "u", timestamp: exact };
const idsOf = (messages: readonly SegmentMessage[], source?: string): (string | undefined)[] => {
  const ids = new ContentIds(source);
  return messages.map((message) => ids.of(message));
};

test("the same request sent again has the same ids, whenever it was sent; equal messages in it are two", () => {
  const said = fc.record({
    userId: fc.constantFrom("u", "v"),
    timestamp: fc.constantFrom(exact, "2026-03-01T12:00:00.124Z"),
    properties: fc.dictionary(fc.constantFrom("a", "b"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
  });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), (several) => {
      const messages = several.map((fields) => ({ ...save, ...fields }));
      const ids = idsOf(messages);
      expect(new Set(ids).size).toBe(messages.length);
      const again = messages.map((message) => ({ ...message, sentAt: "2026-03-01T13:00:00Z" }));
      expect(idsOf(again)).toEqual(ids);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test("another person, time, value or source is another event", () => {
  const [id] = idsOf([save]);
  const others = [
    { ...save, userId: "v" },
    { ...save, timestamp: "2026-03-01T12:00:00.124Z" },
    { ...save, properties: { value: 1 } },
  ];
  expect(new Set([id, ...idsOf(others), ...idsOf([save], "web")]).size).toBe(5);
});

test.each([undefined, "2026-03-01T12:00:00Z", "2026-03-01T12:00:00.000Z", "2026-03-01T00:00:00+01:00"])(
  "a time of %s does not tell a repetition from a second event",
  (timestamp) => {
    const { timestamp: _, ...rest } = save;
    expect(idsOf([{ ...rest, ...(timestamp !== undefined && { timestamp }) }])).toEqual([undefined]);
  },
);
