import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EventId, SystemClock, type UserId } from "#base";
import { Actions, encodeEvent, INTEREST_CONTROLLED } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { Applier } from "./applier.ts";
import { readControls } from "./interest-controls.ts";
import { readPerson } from "./read-person.ts";

function eventOf(name: string, timestampMs: number, properties = {}): Uint8Array {
  const eventId = `e${timestampMs}` as EventId;
  const times = { timestampMs, receivedAtMs: timestampMs };
  return encodeEvent({
    ...{ kind: "track", eventId, userId: "ana" as UserId, name, properties },
    ...{ ...times, traits: {}, rest: {} },
  });
}

test("a mute is obeyed of whoever sends it, be it after more names of events than are counted one by one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-controls-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), { partitionCount: 2 });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  const names = Array.from({ length: 500 }, (_, n) => eventOf(`a name of an event, number ${n}`, n));
  const mute = { control: "mute", interestId: "joinery", topic: "joinery" };
  await log.append(1, [...names, eventOf(INTEREST_CONTROLLED, 500, mute)]);
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const parts = { log, state, actions: new Actions(), onApplied: () => {}, onFailure };
  await (await Applier.start(parts, () => {})).close();
  const person = await readPerson(state, ["ana"]);
  expect(person?.record.counts[""]).toBeGreaterThan(0); // some are counted together
  const { muted } = await readControls(state, person!);
  expect(muted.map(({ interestId }) => interestId)).toEqual(["joinery"]);
  await Promise.all([state.close(), log.close()]);
  await rm(folder, { recursive: true });
});
