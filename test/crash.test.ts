/** @file What was acknowledged survives any crash, once. `npm run -s bench -- crash` is the same with 500 kills. */
import { afterEach, expect, test } from "vitest";
import type { SequenceEvent, UserResponse } from "#api";
import { runCrashRounds } from "./crash/crash-rounds.ts";
import { Ledger, noFaults, type SentEvent } from "./crash/ledger.ts";
import { phases } from "./crash/tally.ts";
import { killAll, withTemporaryFolder } from "./server-process.ts";

const KILLS = Number(process.env["INKLING_CRASH_KILLS"] ?? 12);
/** A kill and the look afterwards take about two seconds; a busy machine several times that. */
const KILL_MS = 15_000;

afterEach(killAll);

test(
  `killed ${KILLS} times while it takes in, replays, compacts and erases, it keeps every promise`,
  { timeout: 60_000 + KILLS * KILL_MS },
  () =>
    withTemporaryFolder(async (folder) => {
      const tally = await runCrashRounds({ kills: KILLS, seed: 1, folder });
      expect(tally.acknowledgedEvents).toBeGreaterThan(0);
      for (const phase of phases) expect(tally.kills[phase], phase).toBeGreaterThan(0);
      expect(tally.faults, tally.notes.join("\n")).toEqual(noFaults());
    }),
);

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
