import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EventId, SystemClock, type UserId } from "#base";
import { Actions, encodeEvent, partitionOf } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier } from "./applier.ts";
import { countUserEntries, forgetUser, recordsOfUsers } from "./forget-user.ts";
import { hashState } from "./hash-state.ts";
import { headKey } from "./state-keys.ts";
import { undeclaredEvents } from "./undeclared-events.ts";
import { decodeUserHead } from "./user-head.ts";

const partitionCount = 2;
const actions = new Actions();

function eventOf(userId: string, n: number, name: string): Uint8Array {
  return encodeEvent({
    kind: "track",
    eventId: `e${n}` as EventId,
    userId: userId as UserId,
    name,
    timestampMs: 1_700_000_000_000 + n * 1000,
    receivedAtMs: 1_700_000_000_000 + n * 1000,
    properties: { itemId: `i${n % 7}`, about: "hers" },
    traits: {},
    rest: {},
  });
}

async function applyAll(log: SegmentedEventLog, state: LmdbStateStore): Promise<void> {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const applier = await Applier.start({ log, state, actions, onApplied: () => {}, onFailure }, () => {});
  await applier.close();
}

test("a user's share of undeclared names goes also where retention has dropped their events from the log", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-forget-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount, segmentBytes: 4000 });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  for (let n = 0; n < 300; n++) await log.append(1, [eventOf(n % 3 ? "his" : "hers", n, "odd")]);
  await applyAll(log, state);
  await log.dropBefore(1, 250);
  expect(log.start(1)).toBeGreaterThan(200);
  await forgetUser("hers", { log, state, actions });
  expect(await undeclaredEvents(state)).toEqual({ odd: 200 });
  await Promise.all([state.close(), log.close()]);
  await rm(folder, { recursive: true });
});

test("a state that forgot a user is the state of a log without them, whatever was done twice or came since", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-forget-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount, segmentBytes: 4000 });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  for (let n = 0; n < 900; n++) {
    const userId = ["hers", "hers too", "his"][n % 3]!;
    const name = n % 5 === 0 ? (n % 3 === 0 ? "only hers" : "odd") : "save";
    await log.append(1, [eventOf(userId, n % 11 === 0 ? n - 33 : n, name)]); // some repeat an earlier event
  }
  expect(partitionOf("hers", partitionCount)).toBe(1);
  await applyAll(log, state);
  expect(await countUserEntries(state, "hers")).toBeGreaterThan(1);

  expect(await forgetUser("hers", { log, state, actions })).toBeGreaterThan(1);
  expect(await forgetUser("hers", { log, state, actions })).toBe(0);
  expect(await forgetUser("nobody", { log, state, actions })).toBe(0);
  // The log has not forgotten yet, and she comes again: her new share is taken away, her old one not again.
  await log.append(1, [eventOf("hers", 5000, "odd"), eventOf("his", 5001, "odd")]);
  await applyAll(log, state);
  await forgetUser("hers", { log, state, actions });
  const isTheirs = recordsOfUsers(["hers"]);
  expect(await log.erase(1, ({ bytes }) => bytes.length > 0 && isTheirs(bytes))).toBe(301);
  expect(await countUserEntries(state, "hers")).toBe(0);
  expect(await countUserEntries(state, "hers too")).toBeGreaterThan(1);

  const rebuilt = new LmdbStateStore(join(folder, "rebuilt"), new SystemClock());
  await applyAll(log, rebuilt);
  expect(await hashState(rebuilt)).toEqual(await hashState(state));
  await Promise.all([rebuilt.close(), state.close(), log.close()]);
  await rm(folder, { recursive: true });
});

test("thousands of undeclared names do not make a head grow, and are forgotten all the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-forget-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  const names = Array.from({ length: 4000 }, (_, n) => (n % 4 === 3 ? "save" : `odd-${n % 3000}`));
  await log.append(
    1,
    names.map((name, n) => eventOf("hers", n, name)),
  );
  await log.append(1, [eventOf("his", 1, "odd-2998")]);
  await applyAll(log, state);
  const [head] = await state.get([headKey("hers")]);
  expect(head!.length).toBeLessThan(12_000);
  const { counts, eventCount } = decodeUserHead(head!).record;
  expect(eventCount).toBe(4000);
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(4000);
  expect([counts["save"], counts["odd-0"], counts["odd-2998"]]).toEqual([1000, 2, undefined]);
  expect(counts[""]).toBeGreaterThan(1000);
  await forgetUser("hers", { log, state, actions });
  expect(await undeclaredEvents(state)).toEqual({ "odd-2998": 1 });
  await Promise.all([state.close(), log.close()]);
  await rm(folder, { recursive: true });
});
