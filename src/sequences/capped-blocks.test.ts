import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventId, HistoricalClock, Random, type UserId } from "#base";
import { Actions, encodeEvent, encodeSharedRecord, SHARED_PARTITION } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier } from "./applier.ts";
import { SEQUENCE_ROWS } from "./capped-blocks.ts";
import { GoneDays } from "./gone-days.ts";
import { hashState } from "./hash-state.ts";
import { measureBlocks } from "./measure-blocks.ts";
import { readHeads, readSequence } from "./read-sequence.ts";
import { trimKey } from "./state-keys.ts";
import { TrimMarks } from "./trim-marks.ts";

/**
 * @file Laws of the caps:
 * 1. the newest `maxRows` of a capped action are there, and hardly more; every row of another is;
 * 2. what is there is in order, however it arrived;
 * 3. the state does not depend on how the log was cut into steps;
 * 4. an event that was trimmed is still known by its id.
 */
const SEEN = 20;
/** Rows in the head, and rows that are not worth a trim. */
const BEYOND = 31 + SEEN / 4;
const actions = new Actions([
  { name: "impression", kind: "impression", strength: 0, verb: "saw", maxRows: SEEN },
  { name: "view", kind: "positive", strength: 1, verb: "viewed" },
]);
let root: string;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "inkling-caps-"));
});
afterAll(() => rm(root, { recursive: true }));

interface Act {
  readonly id: number;
  readonly name: "impression" | "view";
  readonly timestampMs: number;
}

/** One user's events, applied in runs of so many. */
async function stateOf(acts: readonly Act[], runSize = acts.length) {
  const folder = join(root, String(made++));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0));
  const names = ["impression", "view"].map((name) => encodeSharedRecord({ kind: "action", name }));
  await log.append(SHARED_PARTITION, names);
  for (let from = 0; from < acts.length; from += runSize) {
    await log.append(1, acts.slice(from, from + runSize).map(recordOf));
    const onFailure = (error: unknown): never => {
      throw error;
    };
    const applier = await Applier.start({ log, state, actions, onApplied: () => {}, onFailure }, () => {});
    await applier.close();
  }
  await log.close();
  return state;
}

function recordOf({ id, name, timestampMs }: Act): Uint8Array {
  return encodeEvent({
    kind: "track",
    eventId: `e${id}` as EventId,
    userId: "ann" as UserId,
    name,
    timestampMs,
    receivedAtMs: timestampMs,
    properties: {},
    traits: {},
    rest: {},
  });
}

async function idsOf(state: LmdbStateStore): Promise<number[]> {
  const window = await readSequence(state, "ann", { limit: 100_000, asOfMs: Number.POSITIVE_INFINITY });
  return window.rows().map(({ eventId }) => Number(eventId.slice(1)));
}

/** Mostly impressions; some late, some repeated, some years apart, so that every row begins a block. */
function someActs(random: Random, length: number): Act[] {
  const span = [1000, 1e6, 1e12][random.integer(3)]!;
  return Array.from({ length }, (_, n) => {
    const isLate = random.integer(10) === 0;
    return {
      id: random.integer(length),
      name: random.integer(4) === 0 ? "view" : "impression",
      timestampMs: Math.floor((isLate ? random.uniform() : n / length) * span),
    };
  });
}

test("the newest rows of a capped action stay and hardly more, those of others all, in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 50, max: 900 }), async (seed, length) => {
      const acts = someActs(new Random(seed), length);
      const state = await stateOf(acts);
      const first = new Map<number, Act & { order: number }>();
      for (const [order, one] of acts.entries()) if (!first.has(one.id)) first.set(one.id, { ...one, order });
      const newestFirst = [...first.values()].sort(
        (left, right) => right.timestampMs - left.timestampMs || right.order - left.order,
      );
      const seen = newestFirst.filter(({ name }) => name === "impression").map(({ id }) => id);
      const ids = await idsOf(state);
      const kept = new Set(ids);
      expect(ids).toEqual(newestFirst.map(({ id }) => id).filter((id) => kept.has(id)));
      for (const { id, name } of newestFirst) if (name === "view") expect(kept).toContain(id);
      for (const id of seen.slice(0, SEEN)) expect(kept).toContain(id);
      expect(seen.filter((id) => kept.has(id)).length).toBeLessThanOrEqual(SEEN + BEYOND);
      await state.close();
    }),
    { numRuns: 30 },
  );
});

test.each([1, 2, 3])("the state is the same however the log was cut into steps (seed %i)", async (seed) => {
  const acts = someActs(new Random(seed), 700);
  const hashes: string[] = [];
  for (const runSize of [700, 150, 9]) {
    const state = await stateOf(acts, runSize);
    hashes.push((await hashState(state)).hash);
    expect((await state.get([trimKey("ann")]))[0]).toBeDefined();
    await state.close();
  }
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).toBe(hashes[0]);
});

test("what trims leave over is put together, so that the blocks stay as full as others", async () => {
  const acts = Array.from(
    { length: 6400 },
    (_, n): Act => ({ id: n, name: n % 16 === 0 ? "view" : "impression", timestampMs: n }),
  );
  const state = await stateOf(acts);
  const { rows, blocks } = await measureBlocks(state);
  expect(rows).toBeGreaterThanOrEqual(400 + SEEN);
  expect(rows).toBeLessThanOrEqual(400 + SEEN + BEYOND);
  expect(rows / blocks).toBeGreaterThan(32);
  await state.close();
});

test("a sequence keeps its newest 16,384 rows, and knows those that are gone", async () => {
  const views = (from: number, to: number): Act[] =>
    Array.from({ length: to - from }, (_, n) => ({
      id: from + n,
      name: "view",
      timestampMs: 1000 + from + n,
    }));
  const again = [0, 1, 2].map((id): Act => ({ id, name: "view", timestampMs: 99_000 }));
  const late = Array.from({ length: 24 }, (_, n): Act => ({ id: 50_000 + n, name: "view", timestampMs: n }));
  const state = await stateOf([...views(0, 17_000), ...again, ...late, ...views(17_000, 17_008)]);
  // 532 seals of 32: the 24 late rows are gone at once, and of the others the oldest 64 whenever 64 are too many.
  const sealed = 532 * 32 - 24;
  const gone = 64 * Math.floor((sealed - SEQUENCE_ROWS) / 64);
  const wanted = Array.from({ length: 17_008 - gone }, (_, n) => 17_007 - n);
  expect(gone).toBe(576);
  expect(await idsOf(state)).toEqual(wanted);
  const [head] = await readHeads(state, ["ann"]);
  expect(head?.record).toMatchObject({ rowCount: 17_032, counts: { view: 17_032 } });
  await state.close();
});

test("trim marks of version 1 are these bytes", () => {
  const hex = [
    "01 02", // version, marks
    "00 0000000000408f40 0000000000006940 0000000000001c40", // every action: 1000 gone, before 200 ms and offset 7
    "03 0000000000000840 00000000c0207c40 0000000000000040", // action 3: 3 gone, before 450.046875 ms and offset 2
  ].join("");
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const marks = TrimMarks.decode(bytes);
  expect(marks.of(0)).toEqual({ removed: 1000, end: { timestampMs: 200, offset: 7 } });
  expect(marks.of(3).removed).toBe(3);
  expect(marks.of(4)).toEqual({ removed: 0, end: { timestampMs: 0, offset: 0 } });
  expect(Buffer.from(marks.encode()).toString("hex")).toBe(bytes.toString("hex"));
});

test("gone days of version 1 are these bytes", () => {
  const hex = [
    "01", // version
    "000000000000f03f 00000000", // the first day, 1 ms, nothing said of consent
    "0000000070999441 07000000", // the second, 86,400,000 ms, consent 7
  ].join("");
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const days = GoneDays.decode(bytes);
  expect(days.rows()).toEqual([
    { timestampMs: 1, consent: 0 },
    { timestampMs: 86_400_000, consent: 7 },
  ]);
  expect(Buffer.from(days.encode()).toString("hex")).toBe(bytes.toString("hex"));
});
