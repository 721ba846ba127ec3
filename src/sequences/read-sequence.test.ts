import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventId, HistoricalClock, Random, type UserId } from "#base";
import {
  Actions,
  Catalogue,
  choiceIn,
  consentBits,
  encodeEvent,
  encodeSharedRecord,
  partitionOf,
  SHARED_PARTITION,
} from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier } from "./applier.ts";
import { readPerson, readPersonSequence } from "./read-person.ts";
import type { SequenceQuery } from "./read-sequence.ts";
import { NO_ITEM, type SequenceRow } from "./sequence-block.ts";

/** @file Reading any part of anybody's sequence equals filtering, sorting and cutting an array of all rows. */
const PARTITIONS = 3;
const USERS = ["ann", "bob", "anonymous:x"];
const ACTIONS = ["view", "save", "hide"];
const SURFACES = ["home", "search"];
const ITEMS = ["i0", "i1", "i2"];
const PURPOSES = ["ads", "research"];
const CONSENTS = [{ ads: true }, { ads: false, research: true }, { research: false, unheard: true }];
const SPAN_MS = 100_000;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "inkling-reads-"));
});
afterAll(() => rm(root, { recursive: true }));

type OwnedRow = SequenceRow & { readonly userId: string };

/** A state of some hundred events of each user, and what it holds: with every kind of field, ties of time, and late events. */
async function makeState(seed: number): Promise<{ state: LmdbStateStore; rows: readonly OwnedRow[] }> {
  const folder = join(root, String(seed));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: PARTITIONS });
  const state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0));
  await log.append(SHARED_PARTITION, [
    ...ACTIONS.map((name) => encodeSharedRecord({ kind: "action", name })),
    ...SURFACES.map((name) => encodeSharedRecord({ kind: "surface", name })),
    ...ITEMS.map((itemId) => encodeSharedRecord({ kind: "item", itemId })),
    ...PURPOSES.map((name) => encodeSharedRecord({ kind: "purpose", name })),
  ]);
  const { purposes } = new Catalogue();
  for (const name of PURPOSES) purposes.add(name);
  const random = new Random(seed);
  const rows: OwnedRow[] = [];
  const count = 900 + random.integer(200);
  for (let n = 0; n < count; n++) {
    const userId = USERS[random.integer(USERS.length)]!;
    const progress = random.integer(8) === 0 ? random.uniform() : n / count;
    const said = random.integer(4) === 0 ? CONSENTS[random.integer(CONSENTS.length)] : undefined;
    const row: OwnedRow = {
      userId,
      timestampMs: 1000 * Math.floor((progress * SPAN_MS) / 1000),
      offset: log.end(partitionOf(userId, PARTITIONS)),
      eventId: random.integer(2) === 0 ? `é${n}` : `00112233-4455-6677-8899-${String(n).padStart(12, "0")}`,
      itemRow: random.integer(5) === 0 ? NO_ITEM : random.integer(ITEMS.length),
      action: 1 + random.integer(ACTIONS.length),
      surface: random.integer(SURFACES.length + 1),
      ...(random.integer(2) === 0 && { dwellMs: random.integer(5000) }),
      ...(random.integer(9) === 0 && { value: Math.fround(random.uniform()) }),
      ...(random.integer(2) === 0 && { position: random.integer(20) }),
      ...(random.integer(3) === 0 && { slateId: `slate-${n >> 3}` }),
      ...(random.integer(9) === 0 && { source: "topic:ä" }),
      ...(said && { consent: consentBits(said, purposes) }),
    };
    await log.append(partitionOf(userId, PARTITIONS), [recordOf(row, said)]);
    rows.push(row);
  }
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const parts = { log, state, actions: new Actions(), onApplied: () => {}, onFailure };
  await (await Applier.start(parts, () => {})).close();
  await log.close();
  return { state, rows };
}

function recordOf(row: OwnedRow, said: object | undefined): Uint8Array {
  const { userId, eventId, timestampMs, itemRow, action, surface, offset: _, consent: __, ...fields } = row;
  const itemId = ITEMS[itemRow];
  return encodeEvent({
    kind: "track",
    eventId: eventId as EventId,
    userId: userId as UserId,
    name: ACTIONS[action - 1]!,
    timestampMs,
    receivedAtMs: timestampMs,
    properties: {
      ...fields,
      ...(itemId !== undefined && { itemId }),
      ...(surface > 0 && { surface: SURFACES[surface - 1] }),
    },
    traits: {},
    rest: said ? { context: { consent: { categoryPreferences: said } } } : {},
  });
}

function naive(rows: readonly OwnedRow[], userIds: readonly string[], query: SequenceQuery): SequenceRow[] {
  const { limit, asOfMs, sinceMs = 0, actions, surfaces, isUsable = () => true } = query;
  return rows
    .filter(
      (row) =>
        userIds.includes(row.userId) &&
        row.timestampMs <= asOfMs &&
        row.timestampMs >= sinceMs &&
        (!actions || actions.has(row.action)) &&
        (!surfaces || surfaces.has(row.surface)) &&
        isUsable(row),
    )
    .sort(
      (left, right) =>
        right.timestampMs - left.timestampMs ||
        right.offset - left.offset ||
        userIds.indexOf(left.userId) - userIds.indexOf(right.userId),
    )
    .slice(0, limit)
    .map(({ userId: _, ...row }) => row);
}

const time = fc.oneof(fc.integer({ min: -1, max: SPAN_MS + 1 }), fc.constant(Number.POSITIVE_INFINITY));
const codes = (max: number): fc.Arbitrary<ReadonlySet<number>> =>
  fc.uniqueArray(fc.nat(max), { maxLength: max }).map((drawn) => new Set(drawn));
const query: fc.Arbitrary<SequenceQuery> = fc.record(
  {
    limit: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 2000 })),
    asOfMs: time,
    sinceMs: fc.integer({ min: 0, max: SPAN_MS }),
    actions: codes(4),
    surfaces: codes(3),
    isUsable: fc.constantFrom<NonNullable<SequenceQuery["isUsable"]>>(
      ({ consent = 0 }) => choiceIn(consent, 1) ?? true,
      ({ consent = 0, timestampMs }) => choiceIn(consent, 2) ?? timestampMs < SPAN_MS / 2,
    ),
  },
  { requiredKeys: ["limit", "asOfMs"] },
);

test.each([1, 2, 3])("any part of a person's sequence is that part of all rows (seed %i)", async (seed) => {
  const { state, rows } = await makeState(seed);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(USERS, { minLength: 1 }), query, async (userIds, part) => {
      const person = await readPerson(state, [...userIds, "nobody"]);
      const window = await readPersonSequence(state, person!, part);
      const wanted = naive(rows, userIds, part);
      expect(window.rows()).toEqual(wanted);
      expect(window.length).toBe(wanted.length);
      expect(window.newestMs).toBe(wanted[0]?.timestampMs);
    }),
    { numRuns: 300, seed },
  );
  await state.close();
});

test("somebody never seen has no person", async () => {
  const { state } = await makeState(4);
  expect(await readPerson(state, ["nobody", "an"])).toBeUndefined();
  await state.close();
});
