/** @file Arbitrary requests for the door: well-formed batches with hostile events in them, and bodies that are hardly bodies. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";

export interface FuzzRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the body says, when it is a batch the door should look into. */
  readonly batch?: readonly unknown[];
  /** Places in the batch of events that nothing is wrong with. */
  readonly good?: readonly number[];
}

const JSON_TYPE = { "content-type": "application/json" };
const SINGLES = ["track", "identify", "page", "screen", "group", "alias"] as const;
const BATCHES = ["/v1/batch", "/v1/import"] as const;
const INGEST = [...BATCHES, ...SINGLES.map((type) => `/v1/${type}`), "/v1/items"] as const;

/** Users whose events are counted. They are never linked to anybody. */
const users = fc.nat(29).map((n) => `counted-${n}`);
/** Ids that are linked at random. */
const linkable = fc.nat(5).map((n) => `linked-${n}`);
/** So few that they collide, in one batch and between users. */
const messageIds = fc.oneof(
  fc.nat(60).map((n) => `m-${n}`),
  fc.string({ minLength: 1, maxLength: 100 }).filter(isPlain),
);
const names = fc.oneof(
  fc.constantFrom("save", "view", "hide", "impression", "Order Completed", "page", "identify"),
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"),
  fc.string({ minLength: 1, maxLength: 100, unit: "binary" }),
);
const years = fc.oneof(fc.constantFrom(0, 1, 1969, 1970, 2026, 2099, 2100, 9999), fc.nat(9999));
const dates = fc
  .tuple(
    years,
    fc.nat(13),
    fc.nat(32),
    fc.nat(24),
    fc.nat(60),
    fc.nat(60),
    fc.constantFrom("Z", "+14:00", "-12:00"),
  )
  .map(
    ([year, month, day, hour, minute, second, zone]) =>
      `${two(year, 4)}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone}`,
  );
const numbers = fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 63), 65534.5, -1, 1e21);
const keys = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toJSON",
  "then",
  "length",
  "",
  "\u0000",
  "$ref",
);
const deep = fc.nat(200).map((depth) => nested(depth));
/** Anything that JSON can say, at the places where it hurts. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4, noNullPrototype: true }),
  fc.string({ unit: "binary", maxLength: 300 }),
  numbers,
  dates,
  deep,
);
const wellFormed = fc
  .record(
    {
      type: fc.constantFrom(...SINGLES),
      userId: users,
      messageId: messageIds,
      properties: fc.record({
        itemId: fc.nat(40).map((n) => `i-${n}`),
        note: fc.string(),
        value: fc.integer(),
      }),
      traits: fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 1 }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      timestamp: fc.constantFrom("2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z"),
    },
    { requiredKeys: ["type", "userId"], noNullPrototype: true },
  )
  .chain((event) =>
    event.type === "track" ? names.map((name) => ({ ...event, event: name })) : fc.constant(event),
  );
const fields = [
  "type",
  "messageId",
  "userId",
  "anonymousId",
  "timestamp",
  "originalTimestamp",
  "sentAt",
  "event",
] as const;
const places = [
  ...fields,
  "properties",
  "traits",
  "context",
  "integrations",
  "name",
  "groupId",
  "previousId",
] as const;
/** A good event with some of its fields made into something else. */
const mangled = fc
  .tuple(
    wellFormed,
    fc.array(fc.tuple(fc.constantFrom(...places), fc.oneof(hostile, dates)), { minLength: 1, maxLength: 3 }),
  )
  .map(([event, changes]) => unlinked({ ...event, ...Object.fromEntries(changes) }));
const linking = fc
  .record(
    {
      type: fc.constantFrom("identify", "alias", "track"),
      userId: linkable,
      anonymousId: fc.oneof(linkable, hostile),
      previousId: fc.oneof(linkable, hostile),
    },
    { requiredKeys: ["type"], noNullPrototype: true },
  )
  .map((event) => ({ ...event, event: "save" }));
const large = fc
  .tuple(wellFormed, fc.constantFrom(20_000, 40_000, 120_000))
  .map(([event, length]) => ({ ...event, properties: { text: "é".repeat(length / 2) } }));

const events = fc.oneof(
  { weight: 6, arbitrary: wellFormed.map((event) => ({ event: event as unknown, isGood: true })) },
  { weight: 6, arbitrary: mangled.map((event) => ({ event: event as unknown, isGood: false })) },
  { weight: 2, arbitrary: hostile.map((event) => ({ event, isGood: false })) },
  { weight: 1, arbitrary: linking.map((event) => ({ event: event as unknown, isGood: false })) },
  { weight: 1, arbitrary: large.map((event) => ({ event: event as unknown, isGood: false })) },
);

/** A batch in the documented shape, plain or packed. */
const batches: fc.Arbitrary<FuzzRequest> = fc
  .record({
    path: fc.constantFrom(...BATCHES),
    parts: fc.array(events, { maxLength: 12 }),
    isPacked: fc.boolean(),
    context: fc.option(fc.dictionary(keys, hostile, { maxKeys: 2, noNullPrototype: true }), {
      nil: undefined,
    }),
  })
  .map(({ path, parts, isPacked, context }) => {
    const text = Buffer.from(
      JSON.stringify({ batch: parts.map(({ event }) => event), ...(parts.length % 3 === 0 && { context }) }),
    );
    const good = parts.flatMap(({ isGood }, position) => (isGood && context === undefined ? [position] : []));
    return {
      path,
      headers: { ...JSON_TYPE, ...(isPacked && { "content-encoding": "gzip" }) },
      body: isPacked ? gzipSync(text) : text,
      batch: (JSON.parse(text.toString()) as { batch: unknown[] }).batch,
      good,
    };
  });

const singles: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    fc.constantFrom(...INGEST),
    fc.oneof(mangled, hostile, linking),
    fc.constantFrom("application/json", "text/plain"),
  )
  .map(([path, value, type]) => ({
    path,
    headers: { "content-type": type },
    body: Buffer.from(JSON.stringify(path === "/v1/items" ? { items: [value, { itemId: value }] } : value)),
  }));

const snippets = fc.constantFrom(
  '{"batch":[{"type":"track","event":"save","userId":1e999}]}',
  '{"batch":[{"type":"identify","userId":"linked-0","traits":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}]}',
  '{"batch":[{"type":"page","userId":"linked-0","userId":"linked-1","\\u005f_proto__":{"polluted":1}}]}',
  '{"batch":[{"type":"track","event":"\\ud800","userId":"linked-0"}]}',
  `{"batch":[{"type":${"[".repeat(200_000)}${"]".repeat(200_000)}}]}`,
  `{"batch":[{"type":"page","userId":"linked-0","properties":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}]}`,
  `{"context":${'{"a":'.repeat(70_000)}1${"}".repeat(70_000)},"batch":[{"type":"page","userId":"linked-0"}]}`,
  `{"batch":${"[".repeat(100_000)}`,
  `{"batch":[${"0,".repeat(2500)}0]}`,
  `{"batch":[${"[],".repeat(3000)}0]}`,
  `{"batch":"${"x".repeat(520 * 1024)}"}`,
  '{"batch":null}',
  "\ufeff{}",
  "[]",
  "null",
  "",
  " ",
);
/** Bytes that are mostly no batch: cut off, with bytes replaced, or made up. */
const broken: fc.Arbitrary<FuzzRequest> = fc
  .record({
    path: fc.constantFrom(...INGEST),
    base: fc.oneof(
      snippets.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    ),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined, freq: 1 }),
    splice: fc.option(
      fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.uint8Array({ minLength: 1, maxLength: 4 })),
      {
        nil: undefined,
        freq: 1,
      },
    ),
    headers: fc.oneof(
      { weight: 5, arbitrary: fc.constant(JSON_TYPE) },
      {
        weight: 3,
        arbitrary: fc.record(
          {
            "content-type": fc.constantFrom(
              "text/plain",
              "text/html",
              "application/json; charset=latin1",
              "a/b/c",
              "",
              ";",
            ),
            "content-encoding": fc.constantFrom("gzip", "GZIP ", "br", "identity", "gzip, gzip", "\u007f"),
            "content-length": fc.constantFrom("0", "1", "999999999", "-1", "1e3", "x"),
          },
          { requiredKeys: ["content-type"], noNullPrototype: true },
        ),
      },
    ),
    isPacked: fc.boolean(),
  })
  .map(({ path, base, cut, splice, headers, isPacked }) => {
    let bytes = isPacked && "content-encoding" in headers ? gzipSync(base) : Buffer.from(base);
    if (splice)
      bytes.set(
        splice[1].slice(0, bytes.length - Math.floor(splice[0] * bytes.length)),
        Math.floor(splice[0] * bytes.length),
      );
    if (cut !== undefined) bytes = bytes.subarray(0, Math.floor(cut * bytes.length));
    return { path, headers: defined(headers), body: bytes };
  });

const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
const bombs: fc.Arbitrary<FuzzRequest> = fc
  .constantFrom(...INGEST)
  .map((path) => ({ path, headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: bomb }));

export const requests = fc.oneof(
  { weight: 60, arbitrary: batches },
  { weight: 20, arbitrary: singles },
  { weight: 20, arbitrary: broken },
  { weight: 1, arbitrary: bombs },
);

/** Without what would make one person of a counted user and somebody else: then whose events are counted is another law. */
function unlinked(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const links = ["anonymousId", "previousId"];
  return Object.fromEntries(
    Object.entries(event).filter(([key, value]) => !(links.includes(key) && typeof value === "string")),
  );
}

function defined(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function two(value: number, digits = 2): string {
  return String(value).padStart(digits, "0");
}

/** No control character and no half character: an id as ids are taken. */
function isPlain(text: string): boolean {
  return !/\p{Cc}|\p{Cs}/u.test(text);
}
