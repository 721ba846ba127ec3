import fc from "fast-check";
import { expect, test } from "vitest";
import { type Clock, HistoricalClock } from "#base";
import { action, defaultConfig, number, propertyFaultFinder } from "#declarations";
import type { EventLog } from "#storage";
import { Actions } from "./actions.ts";
import { Catalogue } from "./catalogue.ts";
import { IdentityGraph } from "./identity.ts";
import { Ingestion, type IngestResult } from "./ingestion.ts";
import { PlainMessage } from "./plain-message.ts";
import { readPlainBatch } from "./read-plain-batch.ts";
import { decodeSharedRecord, SHARED_PARTITION } from "./shared-record.ts";
import { decodeEvent } from "./stored-event.ts";

/**
 * @file What is read from bytes and what is parsed must come to the same. The laws, for any body that is JSON:
 * - the same messages are accepted, and the others rejected for the same reasons;
 * - the log has the same bytes.
 */
const NOW = Date.UTC(2026, 4, 1);

/** An action whose properties are declared. */
const RATE = action({ kind: "neutral", verb: "rated", properties: { stars: number().optional() } });

/** A way in of its own, and what it put in the log. */
class Door {
  readonly records: Buffer[][] = [[], [], []];
  readonly kept: unknown[] = [];
  readonly #ingestion: Ingestion;

  constructor(clock: Clock) {
    const catalogue = new Catalogue();
    const append = async (partition: number, records: readonly Uint8Array[]): Promise<number> => {
      const own = this.records[partition]!;
      own.push(...records.map((record) => Buffer.from(record)));
      return own.length - records.length;
    };
    const applied = async (partition: number): Promise<void> => {
      if (partition !== SHARED_PARTITION) return;
      for (const record of this.records[partition]!) catalogue.apply(decodeSharedRecord(record));
    };
    this.#ingestion = new Ingestion({
      log: { partitionCount: 3, append } as unknown as EventLog, // all that is asked of it
      catalogue,
      identity: new IdentityGraph(),
      actions: new Actions(),
      faults: propertyFaultFinder({
        ...defaultConfig,
        actions: { ...defaultConfig.actions, rate: RATE },
      }),
      clock,
      applied,
      newEventId: () => "made",
      deadLetters: { keep: async (letters) => void this.kept.push(...letters) },
    });
  }

  /** As the route does with what a batch says of all its messages. */
  take(
    batch: readonly unknown[],
    sentAt: string | undefined,
    source: string | undefined,
  ): Promise<IngestResult> {
    const messages = batch.map((message) =>
      sentAt === undefined ||
      typeof message !== "object" ||
      message === null ||
      Array.isArray(message) ||
      message instanceof PlainMessage
        ? message
        : { sentAt, ...message },
    );
    return this.#ingestion.ingestMessages(messages, source);
  }
}

const wallClock: Clock = { isHistorical: false, nowMs: () => NOW, observe: () => {} };

const texts = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ minLength: 90, maxLength: 300 }),
);
const ids = fc.oneof(
  fc.nat(9).map((n) => `id-${n}`),
  fc.constantFrom(
    "null",
    " null",
    "0",
    "-1",
    "UNDEFINED",
    "anonymous",
    "guest",
    "",
    "a\u00a0",
    "\u0000",
    "é",
  ),
  texts,
);
const times = fc.oneof(
  fc
    .date({ min: new Date(NOW - 1e9), max: new Date(NOW + 1e6), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    "2026-02-31T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-04-01T24:00:00.000Z",
    "2026-04-01T23:59:60.000Z",
    "2026-04-01T10:20:30.1:0Z",
    "2026-04-01T10:20:30Z",
    "2026-04-01t10:20:30.000z",
    "1969-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00.000Z",
    "2199-01-01T00:00:00.000Z",
    "2026-04-01T10:20:30.000+01:00",
    "yesterday",
  ),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.nat(70_000),
  fc.constantFrom(
    -0,
    0,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2 ** 31,
    2 ** 32,
    -32,
    -33,
    -128,
    -129,
    1e21,
    5e-324,
    65534.5,
  ),
);
const anything = fc.oneof(
  texts,
  numbers,
  times,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, false, {}, []),
);
const properties = fc.record(
  {
    itemId: fc.oneof({ weight: 9, arbitrary: ids }, anything),
    surface: fc.oneof(fc.constantFrom("home", "search", ""), texts, anything),
    dwellMs: fc.oneof(numbers, anything),
    value: fc.oneof(numbers, anything),
    position: fc.oneof(fc.nat(70_000), numbers, anything),
    slateId: fc.oneof(texts, anything),
    source: fc.oneof(texts, anything),
    stars: numbers,
    note: anything,
    list: fc.array(anything, { maxLength: 20 }),
    7: anything,
    hasOwnProperty: anything,
  },
  { requiredKeys: [] },
);
const odd = <Value>(usual: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: anything });
const message = fc
  .record(
    {
      type: odd(fc.constant("track")),
      messageId: odd(fc.oneof(fc.uuid(), ids)),
      userId: odd(ids),
      anonymousId: odd(ids),
      event: odd(fc.oneof(fc.constantFrom("view", "save", "rate", "click", "Interest Controlled"), texts)),
      timestamp: odd(times),
      properties: odd(properties),
      context: odd(
        fc.record(
          { library: fc.record({ name: texts }), page: anything, consent: anything },
          { requiredKeys: ["library"] },
        ),
      ),
      integrations: odd(fc.constant({ All: true })),
      extra: anything,
      sentAt: anything,
      originalTimestamp: times,
      traits: anything,
      name: anything,
      itemEdition: numbers,
    },
    { requiredKeys: ["type", "messageId", "event", "timestamp", "properties"] },
  )
  .chain((whole) => fc.shuffledSubarray(Object.entries(whole), { minLength: Object.keys(whole).length }))
  .map((entries) => Object.fromEntries(entries));
const usual = fc.record({
  type: fc.constant("track"),
  messageId: fc.uuid(),
  userId: fc.nat(50).map((n) => `user-${n}`),
  event: fc.constantFrom("view", "save", "Opened"),
  timestamp: fc.nat(1e9).map((ms) => new Date(NOW - ms).toISOString()),
  properties: fc.record({ itemId: fc.nat(5).map((n) => `item-${n}`), dwellMs: fc.nat(20_000) }),
  context: fc.constant({ library: { name: "analytics-node", version: "3.0.0" }, tags: ["a", 1.5, null] }),
});
const bodies = fc.record({
  batch: fc.array(fc.oneof(usual, message, anything), { maxLength: 12 }),
  sentAt: fc.option(fc.oneof(fc.constant(new Date(NOW - 900).toISOString()), times), { nil: undefined }),
  space: fc.constantFrom(undefined, 1, "\t"),
  isSentAtFirst: fc.boolean(),
  source: fc.constantFrom(undefined, "web"),
  isHistorical: fc.boolean(),
});

test("what is read from a batch's bytes comes to the same records as what is parsed", async () => {
  const doors = new Map(
    [true, false].map((isHistorical) => {
      const clock = (): Clock => (isHistorical ? new HistoricalClock(NOW) : wallClock);
      return [isHistorical, { plain: new Door(clock()), parsed: new Door(clock()) }];
    }),
  );
  const seen = { plain: 0, others: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(bodies, async ({ batch, sentAt, space, isSentAtFirst, source, isHistorical }) => {
      const said = isSentAtFirst ? { sentAt, batch, writeKey: "k" } : { batch, writeKey: "k", sentAt };
      const json = JSON.stringify(said, undefined, space);
      if (json.includes("__proto__") || json.includes("constructor")) return; // never read from bytes
      const read = readPlainBatch(Buffer.from(json));
      const parsed = JSON.parse(json);
      seen.whole += Number(!read);
      seen.plain += read?.batch.filter((one) => one instanceof PlainMessage).length ?? 0;
      seen.others += read?.batch.filter((one) => !(one instanceof PlainMessage)).length ?? 0;
      const { plain, parsed: general } = doors.get(isHistorical)!;
      const given = read ?? parsed;
      const result = await plain.take(given.batch, given.sentAt, source);
      expect(result).toEqual(await general.take(parsed.batch, parsed.sentAt, source));
      for (const [partition, records] of plain.records.entries()) {
        const expected = general.records[partition]!.splice(0);
        const own = records.splice(0);
        expect(own.length).toBe(expected.length);
        for (const [n, record] of own.entries())
          if (!record.equals(expected[n]!)) expect(decodeEvent(record)).toEqual(decodeEvent(expected[n]!));
        expect(own).toEqual(expected);
      }
      expect(plain.kept.splice(0)).toEqual(general.kept.splice(0));
    }),
    { numRuns: 600 },
  );
  expect(seen.plain).toBeGreaterThan(500);
  expect(seen.others).toBeGreaterThan(300);
});

test("a key that comes twice, or a batch that comes twice, is left to the parser", () => {
  const message =
    '"type":"track","messageId":"m","userId":"u1","event":"view","timestamp":"2026-04-01T10:20:30.000Z"';
  const read = (rest: string): unknown[] => [
    ...readPlainBatch(Buffer.from(`{"batch":[{${message}${rest}}]}`))!.batch,
  ];
  expect(read("")[0]).toBeInstanceOf(PlainMessage);
  expect(read(',"userId":"u2"')).toEqual([expect.objectContaining({ userId: "u2" })]);
  expect(read(',"properties":{"a":1,"b":2,"a":3}')).toEqual([
    expect.objectContaining({ properties: { a: 3, b: 2 } }),
  ]);
  expect(read(',"properties":{"a":{"c":1,"c":2}}')).toEqual([
    expect.objectContaining({ properties: { a: { c: 2 } } }),
  ]);
});

test("keys that come in ever other orders are read, and no more of them is remembered than there is room for", () => {
  for (let n = 0; n < 3000; n++) {
    const properties = Object.fromEntries(
      Array.from({ length: 5 }, (_, k) => [`key${(n * 7 + k * 13) % 1000}`, k]),
    );
    const message = {
      type: "track",
      messageId: "m",
      userId: "u1",
      event: "view",
      timestamp: "2026-04-01T10:20:30.000Z",
      properties,
    };
    const [read] = readPlainBatch(Buffer.from(JSON.stringify({ batch: [message] })))!.batch;
    expect(read instanceof PlainMessage ? read.parse() : read).toEqual(message);
  }
});

test("what is no JSON is not read", () => {
  const good =
    '{"batch":[{"type":"track","messageId":"m","userId":"u1","event":"view","timestamp":"2026-04-01T10:20:30.000Z","properties":{"a":[1,{"b":-1.5e3}]}}]}';
  expect(readPlainBatch(Buffer.from(good))?.batch[0]).toBeInstanceOf(PlainMessage);
  for (let cut = 0; cut < good.length; cut++) {
    const without = good.slice(0, cut) + good.slice(cut + 1);
    const read = readPlainBatch(Buffer.from(without));
    let parsed: unknown;
    try {
      parsed = JSON.parse(without);
    } catch {
      parsed = undefined;
    }
    if (parsed === undefined) expect(read, without).toBeUndefined();
    else if (read)
      expect(read.batch.map((one) => (one instanceof PlainMessage ? one.parse() : one))).toEqual(
        (parsed as { batch: unknown }).batch,
      );
  }
  for (const json of [
    "",
    "{",
    '{"batch":[}',
    '{"batch":[1,]}',
    '{"batch":[]}x',
    '{"batch":[],"batch":[]}',
    '{"batch":[01]}',
    '{"batch":[],"context":{}}',
  ])
    expect(readPlainBatch(Buffer.from(json)), json).toBeUndefined();
});
