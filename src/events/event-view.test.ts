import fc from "fast-check";
import { pack } from "msgpackr";
import { expect, test } from "vitest";
import { type EventId, murmur3, type UserId } from "#base";
import { viewEvent } from "./event-view.ts";
import { PackedCursor } from "./packed-cursor.ts";
import { encodeEvent, type Fields, KINDS, type StoredEvent } from "./stored-event.ts";

const columns = ["itemId", "surface", "dwellMs", "value", "position", "slateId", "source"] as const;
const isText = new Set<string>(["itemId", "surface", "slateId", "source"]);

const anyFields = fc
  .dictionary(
    fc.oneof(fc.constantFrom(...columns), fc.string()).filter((key) => key !== "__proto__"),
    fc.oneof(fc.string(), fc.double(), fc.integer(), fc.jsonValue(), fc.constant(undefined)),
  )
  .map((fields): Fields => ({ ...fields }));

const anyEvent: fc.Arbitrary<StoredEvent> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    eventId: fc.string({ unit: "binary", maxLength: 300 }).map((id) => id as EventId),
    userId: fc.string({ unit: "grapheme" }).map((id) => id as UserId),
    name: fc.string(),
    timestampMs: fc.oneof(fc.integer({ min: 0 }), fc.double({ min: 0, max: 4e12, noNaN: true })),
    receivedAtMs: fc.integer({ min: 0 }),
    properties: anyFields,
    traits: anyFields,
    rest: anyFields,
  })
  .chain((event) =>
    fc
      .option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined })
      .map((itemEdition) => (itemEdition === undefined ? event : { ...event, itemEdition })),
  );

test("a view says what the whole event says, whatever its fields are", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const view = viewEvent(encodeEvent(event));
      const whole = view.event();
      const { kind, eventId, userId, name, timestampMs } = whole;
      expect({ ...view, eventId: view.eventId, userId: view.userId }).toEqual({
        kind,
        eventId,
        userId,
        name,
        timestampMs,
      });
      const hashes = new Uint32Array(2);
      view.hashId(hashes);
      expect([...hashes]).toEqual([murmur3(eventId, 1), murmur3(eventId, 2)]);
      const copied = Buffer.alloc(view.idBytes + 3);
      expect(view.copyId(copied, 3)).toBe(copied.length);
      expect(copied.toString("utf8", 3)).toBe(eventId);
      expect(whole.itemEdition).toBe(event.itemEdition);
      expect(view.itemEdition()).toBe(event.itemEdition ?? 0);
      const row: Fields = { ...view.rowProperties() };
      for (const column of columns) {
        const value = whole.properties[column];
        const isRight = typeof value === (isText.has(column) ? "string" : "number");
        expect(row[column], column).toEqual(isRight ? value : undefined);
      }
      const names = [...Object.keys(whole.properties), "not there"].toReversed();
      const scalars = names.map((name) => {
        const value = whole.properties[name];
        return ["string", "number", "boolean"].includes(typeof value) ? value : undefined;
      });
      expect(view.scalars(names.map((name) => Buffer.from(name)))).toEqual(scalars);
    }),
    { numRuns: 1000 },
  );
});

test("two views are read in turn without disturbing each other", () => {
  const event = (itemId: string): StoredEvent => ({
    kind: "track",
    eventId: `m-${itemId}` as EventId,
    userId: "ann" as UserId,
    name: "view",
    timestampMs: 1,
    receivedAtMs: 2,
    properties: { itemId },
    traits: {},
    rest: {},
  });
  const [first, second] = [viewEvent(encodeEvent(event("a"))), viewEvent(encodeEvent(event("b")))];
  expect([second.rowProperties().itemId, first.rowProperties().itemId, second.eventId]).toEqual([
    "b",
    "a",
    "m-b",
  ]);
});

test("a record of another version is refused", () => {
  expect(() => viewEvent(pack([2, 0, "m", "u", "view", 1, 2, null, null, null]))).toThrow(/version 1, not 2/);
  expect(() => viewEvent(pack({ version: 1 }))).toThrow(/array/);
});

test("a cursor steps over any value to the one behind it", () => {
  const anything = fc.oneof(
    fc.anything({ withBigInt: false, withDate: true, withSparseArray: false, maxDepth: 4 }),
    fc.uint8Array({ maxLength: 70_000 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ minLength: 250, maxLength: 70_000 }),
    fc.array(fc.integer(), { minLength: 10, maxLength: 20 }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = Buffer.concat([pack(value), pack("behind")]);
      const cursor = new PackedCursor().open(bytes);
      cursor.skip();
      expect(cursor.text()).toBe("behind");
      expect(cursor.at).toBe(bytes.length);
    }),
    { numRuns: 500 },
  );
});

test("numbers of every width are read as msgpackr writes them", () => {
  const edges = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 0.5, 1e300];
  for (const number of edges.flatMap((edge) => [edge, -edge])) {
    expect(new PackedCursor().open(pack(number)).number(), String(number)).toBe(number === 0 ? 0 : number);
  }
});
