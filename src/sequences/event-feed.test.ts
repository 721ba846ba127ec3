import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EventId, SystemClock, type UserId } from "#base";
import { Catalogue, encodeEvent, IdentityGraph, Purposes } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { EventFeed, type FeedRun } from "./event-feed.ts";

/** Its offset is in it. */
function record(partition: number, offset: number): Uint8Array {
  const ids = { eventId: `${partition}-${offset}` as EventId, userId: `u${partition}` as UserId };
  const rest = { properties: {}, traits: {}, rest: { padding: "x".repeat(500) } };
  return encodeEvent({ ...ids, ...rest, kind: "track", name: "save", timestampMs: 1, receivedAtMs: 1 });
}

test("partitions are read side by side, each in order, and what retention dropped is counted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-feed-"));
  const log = await SegmentedEventLog.open(join(folder, "log"), {
    partitionCount: 3,
    segmentBytes: 64 * 1024,
  });
  const state = new LmdbStateStore(join(folder, "state"), new SystemClock());
  for (const [partition, count] of [
    [1, 2500],
    [2, 300],
  ] as const)
    for (let from = 0; from < count; from += 100)
      await log.append(
        partition,
        Array.from({ length: 100 }, (_, n) => record(partition, from + n)),
      );
  await log.dropBefore(1, 1200);
  const oldest = log.start(1);
  expect(oldest).toBeGreaterThan(0);
  const feed = new EventFeed({
    ...{ log, state, catalogue: new Catalogue(), identity: new IdentityGraph() },
    applied: async () => {},
  });
  const abort = new AbortController();
  const purpose = new Purposes().personalization;
  const runs: FeedRun[] = [];
  for await (const run of feed.read({ group: "all", purpose, isFollowing: true, abort: abort.signal })) {
    runs.push(run);
    if (runs.reduce((sum, { events }) => sum + events.length, 0) === 2800 - oldest) abort.abort();
  }
  for (const [partition, from, to] of [
    [1, oldest, 2500],
    [2, 0, 300],
  ] as const) {
    const own = runs.filter((run) => run.partition === partition);
    expect(own.flatMap(({ events }) => events.map(({ event }) => event.eventId))).toEqual(
      Array.from({ length: to - from }, (_, n) => `${partition}-${from + n}`),
    );
    expect(own.at(-1)!.next).toBe(to);
    expect(own.map(({ missed }) => missed)).toEqual([from, ...own.slice(1).map(() => 0)]);
  }
  await log.close();
  await state.close();
  await rm(folder, { recursive: true });
});
