/** @file What was acknowledged survives any crash, once. `npm run -s bench -- crash` is the same with 500 kills. */
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { SequenceEvent, UserResponse } from "#api";
import { type EventId, SystemClock, type UserId } from "#base";
import { encodeEvent, type StoredEvent } from "#events";
import { LakeWriter } from "#sequences";
import { DuckDbLake, LmdbStateStore, SegmentedEventLog } from "#storage";
import { runCrashRounds } from "./crash/crash-rounds.ts";
import { countUnlikeLog } from "./crash/laid-down.ts";
import { Ledger, noFaults, type SentEvent } from "./crash/ledger.ts";
import { phases } from "./crash/tally.ts";
import { killAll, withTemporaryFolder } from "./server-process.ts";

const KILLS = Number(process.env["INKLING_CRASH_KILLS"] ?? 12);
/** A kill and the look afterwards take about two seconds; a busy machine several times that. */
const KILL_MS = 60_000;

afterEach(killAll);

test(
  `killed ${KILLS} times while it takes in, replays, compacts and erases, it keeps every promise`,
  { timeout: 240_000 + KILLS * KILL_MS },
  () =>
    withTemporaryFolder(async (folder) => {
      const tally = await runCrashRounds({ kills: KILLS, seed: 1, folder });
      expect(tally.acknowledgedEvents).toBeGreaterThan(0);
      for (const phase of phases) expect(tally.kills[phase], phase).toBeGreaterThan(0);
      expect(tally.faults, tally.notes.join("\n")).toEqual(noFaults());
    }),
);

test("the check of the lake sees a row too few, one too many, and one of another event", () =>
  withTemporaryFolder(async (folder) => {
    const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
    const append = (...ids: string[]) =>
      log.append(
        1,
        ids.map((eventId) => encodeEvent(storedOf(eventId))),
      );
    const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
    const lake = await DuckDbLake.open(join(folder, "lake"));
    const onFailure = (): void => {};
    const follow = (): Promise<void> => new LakeWriter({ log, state, lake, onFailure }).catchUp(() => {});
    await append("a", "b", "c");
    await follow();
    expect(await countUnlikeLog(folder, 2)).toBe(0);
    await append("d", "e");
    expect(await countUnlikeLog(folder, 2)).toBe(2);
    await follow();
    expect(await countUnlikeLog(folder, 2)).toBe(0);
    await append("a"); // the empty state knows of no repeated event
    await follow();
    expect(await countUnlikeLog(folder, 2)).toBe(1);
    await log.erase(1, ({ offset }) => offset === 1);
    expect(await countUnlikeLog(folder, 2)).toBe(2);
    await Promise.all([log.close(), state.close(), lake.close()]);
  }));

test("the check of a crash sees a lost, a doubled, a foreign and a changed event", () => {
  const ledger = new Ledger();
  const sent = ["a", "b", "c", "d"].map((messageId) => planted(messageId));
  for (const event of sent) ledger.send(event);
  for (const event of sent.slice(0, 3)) ledger.acknowledge(event); // "d" was never answered: it may be there or not
  const check = (rows: readonly SequenceEvent[]) => {
    const faults = noFaults();
    ledger.check("somebody", rows, counted(rows), faults);
    return faults;
  };
  const [a, b, c, d] = sent.map(rowOf) as [SequenceEvent, SequenceEvent, SequenceEvent, SequenceEvent];
  expect(check([a, b, c])).toEqual(noFaults());
  expect(check([a, b, c, d])).toEqual(noFaults());
  expect(check([a, b])).toEqual({ ...noFaults(), lost: 1 });
  expect(check([a, b, b, c])).toEqual({ ...noFaults(), duplicated: 1 });
  expect(check([a, b, c, { ...c, eventId: "x" }])).toEqual({ ...noFaults(), foreign: 1 });
  expect(check([a, b, { ...c, itemId: "i-2" }])).toEqual({ ...noFaults(), changed: 1 });
});

function planted(messageId: string): SentEvent {
  return {
    type: "track",
    messageId,
    userId: "somebody",
    event: "save",
    timestamp: "2026-01-05T00:00:00.000Z",
    properties: { itemId: "i-1" },
  };
}

function storedOf(eventId: string): StoredEvent {
  const at = { timestampMs: 1_700_000_000_000, receivedAtMs: 1_700_000_000_000 };
  const ids = { eventId: eventId as EventId, userId: "somebody" as UserId };
  return { kind: "track", name: "save", properties: {}, traits: {}, rest: {}, ...ids, ...at };
}

function rowOf({ messageId: eventId }: SentEvent): SequenceEvent {
  return { eventId, action: "save", timestamp: "2026-01-05T00:00:00.000Z", itemId: "i-1" };
}

function counted(rows: readonly SequenceEvent[]): Omit<UserResponse, "computedAt"> {
  const at = "2026-01-05T00:00:00.000Z";
  return {
    userId: "somebody",
    ids: ["u"],
    traits: {},
    firstSeen: at,
    lastSeen: at,
    eventCount: rows.length,
    engagementCount: rows.length,
    counts: { save: rows.length },
    topics: [],
    latest: [],
    asOf: at,
    version: "1",
    completeness: 1,
  };
}
