/** @file What was acknowledged survives any crash, once. `npm run -s bench -- crash` is the same with 200 rounds. */
import { afterEach, expect, test } from "vitest";
import type { SequenceEvent, UserResponse } from "#api";
import { runCrashRounds } from "./crash/crash-rounds.ts";
import { Ledger, noFaults, type SentEvent } from "./crash/ledger.ts";
import { killAll, withTemporaryFolder } from "./server-process.ts";

const ROUNDS = Number(process.env["INKLING_CRASH_ROUNDS"] ?? 10);
/** A round takes about a second and a half; a busy machine several times that. */
const ROUND_MS = 15_000;

afterEach(killAll);

test(
  `a server killed ${ROUNDS} times under load keeps every acknowledged event exactly once and makes none up`,
  { timeout: 60_000 + ROUNDS * ROUND_MS },
  () =>
    withTemporaryFolder(async (folder) => {
      const report = await runCrashRounds({ rounds: ROUNDS, seed: 1, folder });
      expect(report.acknowledgedEvents).toBeGreaterThan(0);
      expect(report.faults).toEqual(noFaults());
      expect(report.unreadEvents).toBe(0);
      expect(report.usersUnlikeReplay).toBe(0);
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
