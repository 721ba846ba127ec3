import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DAY_MS, type EventId, HistoricalClock, HOUR_MS, Random, type UserId } from "#base";
import { Actions, Catalogue, encodeEvent, encodeSharedRecord, Purposes, SHARED_PARTITION } from "#events";
import { Applier, readPerson, usableFor } from "#sequences";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { naiveDowngrade, naiveState } from "./naive-state.cases.ts";
import { readUserState } from "./read-user-state.ts";
import { readStateHistory } from "./state-history.ts";
import { transitionLedger } from "./transition-ledger.ts";

/**
 * @file Law: whatever a person's sequence still keeps, their state at any moment is what the rules say of the days on which they did anything
 * that may be used. Visits go over midnight, events come late and twice, most rows are trimmed, the person has two ids.
 */
const actions = new Actions([
  { name: "impression", kind: "impression", strength: 0, verb: "saw", maxRows: 20 },
  { name: "view", kind: "positive", strength: 1, verb: "viewed", maxRows: 60 },
]);
const shared = [
  ...["impression", "view"].map((name) => ({ kind: "action", name }) as const),
  { kind: "purpose", name: "personalization" } as const,
];
const catalogue = new Catalogue();
for (const record of shared) catalogue.apply(record);
const { personalization } = new Purposes();
const IDS = ["ann", "anonymous:7"] as const;
const DAYS = 200;
const START = 18_000 * DAY_MS;
let root: string;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "inkling-states-"));
});
afterAll(() => rm(root, { recursive: true }));

interface Act {
  readonly id: number;
  readonly userId: (typeof IDS)[number];
  readonly name: "impression" | "view";
  readonly timestampMs: number;
  readonly isRefused: boolean;
}

/** Visits of some hours on some days, in stretches with long silences between, in order of arrival. */
function someActs(random: Random): Act[] {
  const acts: Act[] = [];
  const restlessness = random.uniform();
  for (
    let day = random.integer(40);
    day < DAYS;
    day += random.uniform() < 0.06 ? 30 + random.integer(30) : 1
  ) {
    if (random.uniform() > restlessness) continue;
    const userId = IDS[random.integer(IDS.length)]!;
    const isRefused = random.integer(4) === 0;
    let timestampMs = START + day * DAY_MS + random.integer(24) * HOUR_MS;
    for (let n = random.integer(12); n >= 0; n--) {
      timestampMs += random.integer(HOUR_MS);
      const name = random.integer(4) === 0 ? "view" : "impression";
      acts.push({ id: acts.length, userId, name, timestampMs, isRefused });
    }
  }
  const arrivals = acts.flatMap((act) => {
    const arrivalMs = act.timestampMs + (random.integer(10) === 0 ? random.integer(20) * DAY_MS : 0);
    const once = { act, arrivalMs };
    return random.integer(20) === 0 ? [once, { act, arrivalMs: arrivalMs + DAY_MS }] : [once];
  });
  return arrivals.sort((left, right) => left.arrivalMs - right.arrivalMs).map(({ act }) => act);
}

function recordOf({ id, userId, name, timestampMs, isRefused }: Act): Uint8Array {
  return encodeEvent({
    kind: "track",
    eventId: `e${id}` as EventId,
    userId: userId as UserId,
    ...{ name, timestampMs, receivedAtMs: timestampMs, properties: {}, traits: {} },
    rest: isRefused ? { context: { consent: { categoryPreferences: { personalization: false } } } } : {},
  });
}

async function stateOf(acts: readonly Act[]): Promise<LmdbStateStore> {
  const folder = join(root, String(made++));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const state = new LmdbStateStore(join(folder, "state"), new HistoricalClock(0));
  await log.append(SHARED_PARTITION, shared.map(encodeSharedRecord));
  if (acts.length > 0) await log.append(1, acts.map(recordOf));
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const applier = await Applier.start({ log, state, actions, onApplied: () => {}, onFailure }, () => {});
  await applier.close();
  await log.close();
  return state;
}

/** Days of acts up to a moment, each once, in order. */
function daysOf(acts: readonly Act[], asOfMs: number): number[] {
  const days = acts.flatMap(({ timestampMs }) =>
    timestampMs <= asOfMs ? Math.floor(timestampMs / DAY_MS) : [],
  );
  return [...new Set(days)].sort((left, right) => left - right);
}

test("states are those of everything that happened, kept or trimmed, for every purpose and moment; the books balance", async () => {
  let trimmed = 0;
  let downgraded = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const random = new Random(seed);
      const acts = someActs(random);
      const state = await stateOf(acts);
      const person = await readPerson(state, IDS);
      const isUsable = usableFor(personalization, person?.record.consent, catalogue);
      const usable = acts.filter((act) => !act.isRefused);
      for (const [own, query] of [[acts, {}] as const, [usable, { isUsable }] as const])
        for (let n = 0; n < 8 && person; n++) {
          const asOfMs = START + Math.floor(random.uniform() * (DAYS + 60) * DAY_MS);
          const day = Math.floor(asOfMs / DAY_MS);
          const days = daysOf(own, asOfMs);
          const found = await readUserState(state, person, { asOfMs, ...query });
          expect(found?.state).toBe(naiveState(days, day));
          expect(found?.activeDays ?? 0).toBe(days.filter((one) => one > day - 28).length);
          const history = await readStateHistory(state, person, { asOfMs, ...query });
          expect(history.activeDays).toEqual(days);
          expect(history.runs.at(-1)?.state).toBe(found?.state);
          expect(history.isDowngraded).toBe(naiveDowngrade(days, day));
          if (history.isDowngraded) downgraded++;
        }
      const { activeDays } = person
        ? await readStateHistory(state, person, { asOfMs: Number.MAX_SAFE_INTEGER / 2 })
        : { activeDays: [] };
      const [first] = [START / DAY_MS];
      let active = 0;
      for (const day of transitionLedger([activeDays], first, first + DAYS)) {
        expect(day.active - active).toBe(day.netActive);
        active = day.active;
      }
      if (acts.length > 200) trimmed++;
      await state.close();
    }),
    { seed: 28, numRuns: 15 },
  );
  expect(trimmed).toBeGreaterThan(3); // of most of these the sequence has lost rows
  expect(downgraded).toBeGreaterThan(3);
});
