import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Clock, HistoricalClock } from "#base";
import { defaultConfig, propertyFaultFinder } from "#declarations";
import { SegmentedEventLog } from "#storage";
import { Actions } from "./actions.ts";
import { Catalogue } from "./catalogue.ts";
import { IdentityGraph } from "./identity.ts";
import { Ingestion, type IngestResult, partitionOf } from "./ingestion.ts";
import { normalizeMessage, validateMessage } from "./message.ts";
import { decodeSharedRecord, SHARED_PARTITION } from "./shared-record.ts";
import { decodeEvent, encodeEvent, type StoredEvent } from "./stored-event.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");

/** Normalizes a message that is expected to be valid. */
function accept(input: object, receivedAtMs = NOW): StoredEvent {
  const checked = validateMessage(input);
  if ("fault" in checked) throw new Error(checked.fault.message);
  const outcome = normalizeMessage(
    checked.message,
    { atMs: receivedAtMs, isByWallClock: true },
    () => "made",
  );
  if ("fault" in outcome) throw new Error(outcome.fault.message);
  return outcome.event;
}

test("what comes without sentAt happened when it says, and what says nothing, now", () => {
  const message = { type: "track", event: "view", userId: "u" };
  const inZone = { ...message, timestamp: "2026-03-01T11:00:00+01:00" };
  expect(accept(inZone).timestampMs).toBe(Date.parse("2026-03-01T10:00:00Z"));
  expect(accept(message).timestampMs).toBe(NOW);
});

test("where a clock was corrected, what it said stays with the event; else the message stays as it is", () => {
  const message = { type: "track", event: "view", userId: "u", timestamp: "2026-03-01T11:40:00Z" };
  const slow = accept({ ...message, sentAt: "2026-03-01T11:45:00Z" });
  expect(slow.timestampMs).toBe(Date.parse("2026-03-01T11:55:00Z"));
  expect(slow.rest).toEqual({ sentAt: "2026-03-01T11:45:00Z", originalTimestamp: message.timestamp });
  expect(accept({ ...message, sentAt: "2026-03-01T11:59:59Z" }).rest).toEqual({
    sentAt: "2026-03-01T11:59:59Z",
  });
});

test("an event cannot have happened after it was received", () => {
  expect(
    accept({ type: "track", event: "view", userId: "u", timestamp: "2031-01-01T00:00:00Z" }).timestampMs,
  ).toBe(NOW);
});

test("fields we do not know are kept, and encoding gives them back", () => {
  const stored = accept({
    type: "track",
    event: "save",
    userId: "u",
    anonymousId: "a",
    messageId: "m",
    properties: { itemId: "i", colour: { deep: [1, "two", null] } },
    context: { ip: "::1" },
    futureField: true,
  });
  expect(stored).toMatchObject({ kind: "track", name: "save", userId: "u", eventId: "m" });
  expect(stored.properties).toEqual({ itemId: "i", colour: { deep: [1, "two", null] } });
  expect(stored.rest).toMatchObject({ context: { ip: "::1" }, anonymousId: "a", futureField: true });
  expect(decodeEvent(encodeEvent(stored))).toEqual(stored);
});

test("people without a user id are known by their anonymous id, apart from users of that name", () => {
  expect(accept({ type: "page", anonymousId: "x" }).userId).toBe("anonymous:x");
  expect(accept({ type: "page", userId: "x", anonymousId: "y" }).userId).toBe("x");
});

test("each kind of bad message is refused with the place and the reason", () => {
  const refuse = (input: unknown): { code: string; path: string } => {
    const checked = validateMessage(input);
    if ("fault" in checked) return checked.fault;
    const outcome = normalizeMessage(checked.message, { atMs: NOW, isByWallClock: true }, () => "made");
    if ("fault" in outcome) return outcome.fault;
    throw new Error("it was accepted");
  };
  const track = { type: "track", event: "view", userId: "u" };
  expect(refuse({ ...track, event: undefined })).toMatchObject({ code: "invalid-event", path: "/event" });
  expect(refuse({ ...track, timestamp: "yesterday" })).toMatchObject({
    code: "invalid-event",
    path: "/timestamp",
  });
  expect(refuse({ ...track, timestamp: "2026-02-30T00:00:00Z" })).toMatchObject({ path: "/timestamp" }); // no 2 March
  expect(refuse({ ...track, properties: { dwellMs: -1 } })).toMatchObject({
    code: "invalid-event",
    path: "/properties/dwellMs",
  });
  expect(refuse({ ...track, userId: 42 })).toMatchObject({ code: "invalid-event", path: "/userId" });
  expect(refuse({ type: "track", event: "view" })).toMatchObject({ code: "missing-user", path: "/userId" });
  expect(refuse({ ...track, userId: "a\0b" })).toMatchObject({ code: "invalid-id", path: "/userId" });
  expect(refuse({ ...track, properties: { itemId: "\ud800" } })).toMatchObject({
    code: "invalid-id",
    path: "/properties/itemId",
  });
  // What becomes an id of the person, too.
  const linking = { userId: "u", anonymousId: "a" };
  expect(refuse({ ...linking, type: "identify", anonymousId: "a\0b" })).toMatchObject({
    code: "invalid-id",
    path: "/anonymousId",
  });
  expect(refuse({ ...linking, type: "alias", previousId: "\udc00" })).toMatchObject({
    code: "invalid-id",
    path: "/previousId",
  });
  expect(refuse({ ...track, timestamp: "1066-10-14T09:00:00Z" })).toMatchObject({
    code: "time-out-of-range",
  });
  for (const input of [null, 3, "track", [], {}, { type: "constructor" }, { type: "trace" }]) {
    expect(refuse(input)).toMatchObject({ code: "unknown-type", path: "/type" });
  }
});

test("users spread evenly over their partitions and never land in the catalogue's", () => {
  const counts = new Map<number, number>();
  for (let n = 0; n < 40_000; n++) {
    const partition = partitionOf(`user-${n}`, 5);
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4]);
  for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("an upsert keeps what it does not name, and numbers stay what they were", () => {
  const catalogue = new Catalogue();
  catalogue.apply({
    kind: "item",
    itemId: "a",
    input: { title: "A", tags: ["x"], createdAt: "2026-01-01T00:00:00Z" },
  });
  catalogue.apply({ kind: "item", itemId: "b" });
  catalogue.apply({ kind: "item", itemId: "a", input: { available: false, tags: ["y"] } });
  expect(catalogue.at(0)).toMatchObject({
    itemId: "a",
    title: "A",
    tags: ["y"],
    isAvailable: false,
    createdAtMs: Date.parse("2026-01-01T00:00:00Z"),
  });
  expect(catalogue.at(1)).toMatchObject({ itemId: "b", isAvailable: true, tags: [] });
  expect([catalogue.rowOf("a"), catalogue.rowOf("b"), catalogue.rowOf("c")]).toEqual([0, 1, undefined]);
});

test("a vocabulary that is full gives code 0 to what comes after", () => {
  const catalogue = new Catalogue();
  for (let n = 0; n < 300; n++) catalogue.apply({ kind: "surface", name: `s${n}` });
  expect(catalogue.surfaces.codeOf("s254")).toBe(255);
  expect(catalogue.surfaces.codeOf("s255")).toBe(0);
  expect(catalogue.surfaces.nameOf(255)).toBe("s254");
});

let folder: string;
let log: SegmentedEventLog;
let ingestion: Ingestion;
let catalogue: Catalogue;

async function openIngestion(clock: Clock = new HistoricalClock(NOW)): Promise<void> {
  catalogue = new Catalogue();
  const applied = async (partition: number): Promise<void> => {
    if (partition !== SHARED_PARTITION) return;
    for (const { bytes } of await log.read(SHARED_PARTITION, 0, 1000))
      catalogue.apply(decodeSharedRecord(bytes));
  };
  ingestion = new Ingestion({
    log,
    catalogue,
    identity: new IdentityGraph(),
    faults: propertyFaultFinder(defaultConfig),
    actions: new Actions(),
    clock,
    applied,
    newEventId: () => "made",
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-events-"));
  log = await SegmentedEventLog.open(folder, { partitionCount: 3 });
  await openIngestion();
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true });
});

const storedCount = (): number => log.end(1) + log.end(2);

test("one bad event never loses the others, and the count is exact for any mixture", async () => {
  const good = fc.record({
    type: fc.constant("track"),
    event: fc.constantFrom("view", "odd"),
    userId: fc.constantFrom("a", "b", "c"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(good, fc.anything()), { maxLength: 30 }), async (batch) => {
      const before = storedCount();
      const { accepted, rejected }: IngestResult = await ingestion.ingestMessages(batch);
      expect(accepted + rejected.length).toBe(batch.length);
      expect(storedCount() - before).toBe(accepted);
      const refused = new Set(rejected.map(({ position }) => position));
      for (const [position, message] of batch.entries()) {
        const isGood =
          typeof message === "object" &&
          message !== null &&
          "type" in message &&
          "event" in message &&
          "userId" in message;
        if (isGood && message.type === "track") expect(refused.has(position)).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

test("an event that is too large or too deep is refused alone", async () => {
  let deep: unknown = 1;
  for (let n = 0; n < 10_000; n++) deep = [deep];
  const track = { type: "track", event: "view", userId: "u" };
  const { accepted, rejected } = await ingestion.ingestMessages([
    track,
    { ...track, properties: { text: "x".repeat(40_000) } },
    { ...track, properties: { deep } },
    track,
  ]);
  expect(accepted).toBe(2);
  expect(rejected).toMatchObject([
    { position: 1, code: "event-too-large" },
    { position: 2, code: "event-too-large", message: expect.stringContaining("nested") },
  ]);
});

test("an event that is refused moves no clock", async () => {
  const clock = new HistoricalClock(NOW);
  await openIngestion(clock);
  const later = { type: "track", event: "view", userId: "u", timestamp: "2099-01-01T00:00:00Z" };
  await ingestion.ingestMessages([{ ...later, properties: { text: "x".repeat(40_000) } }]);
  expect(clock.nowMs()).toBe(NOW);
});

test("an item met in an event gets its number before the event is stored", async () => {
  await ingestion.ingestMessages([
    { type: "track", event: "view", userId: "u", properties: { itemId: "new", surface: "home" } },
  ]);
  expect(catalogue.rowOf("new")).toBe(0);
  expect(catalogue.surfaces.codeOf("home")).toBe(1);
  await ingestion.ingestMessages([
    { type: "track", event: "not declared", userId: "u", properties: { itemId: "other" } },
  ]);
  expect(catalogue.rowOf("other")).toBeUndefined();
});

test("bad items are refused one by one", async () => {
  const { accepted, rejected } = await ingestion.ingestItems([
    { itemId: "a", title: "A" },
    { title: "no id" },
    { itemId: "b", colour: "not a field" },
    { itemId: "c", createdAt: "soon" },
    { itemId: "d", createdAt: "2026-19-01T00:00:00Z" },
  ]);
  expect(accepted).toBe(1);
  expect(rejected.map(({ position, path }) => [position, path])).toEqual([
    [1, "/itemId"],
    [2, ""],
    [3, "/createdAt"],
    [4, "/createdAt"],
  ]);
});

test("an item is known since it was put, or to the hour since an event first met it, and stays so; a birthday is enough", async () => {
  const hour = (text: string): number => Date.parse(`2026-03-01T${text}:00:00Z`);
  await openIngestion(new HistoricalClock(Date.parse("2026-03-01T12:34:56Z")));
  const view = (itemId: string, time: string) => ({
    ...{ type: "track", event: "view", userId: "u", properties: { itemId } },
    timestamp: `2026-03-01T${time}:59Z`,
  });
  await ingestion.ingestItems([{ itemId: "put" }, { itemId: "born", createdAt: "2025-01-01T00:00:00Z" }]);
  await ingestion.ingestMessages([view("met", "11:20"), view("met", "09:20"), view("put", "05:00")]);
  await ingestion.ingestItems([{ itemId: "met", title: "Met before" }]);
  expect(catalogue.items().map(({ itemId, knownSinceMs }) => [itemId, knownSinceMs])).toEqual([
    ["put", Date.parse("2026-03-01T12:34:56Z")],
    ["born", undefined],
    ["met", hour("09")],
  ]);
});

test("on a historical clock a later event moves now, and the event keeps its time", async () => {
  const clock = new HistoricalClock(NOW);
  await openIngestion(clock);
  await ingestion.ingestMessages([
    { type: "track", event: "view", userId: "u", timestamp: "2026-04-01T00:00:00Z" },
  ]);
  expect(clock.nowMs()).toBe(Date.parse("2026-04-01T00:00:00Z"));
  const records = [...(await log.read(1, 0, 9)), ...(await log.read(2, 0, 9))];
  expect(records.map(({ bytes }) => decodeEvent(bytes).timestampMs)).toEqual([
    Date.parse("2026-04-01T00:00:00Z"),
  ]);
});
