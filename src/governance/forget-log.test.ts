import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventId, UserId } from "#base";
import {
  Catalogue,
  encodeEvent,
  encodeSharedRecord,
  followShared,
  IdentityGraph,
  partitionOf,
  SHARED_PARTITION,
  type SharedRecord,
} from "#events";
import { SegmentedEventLog } from "#storage";
import { countInLog, forgetInLog } from "./forget-log.ts";

const shared: readonly SharedRecord[] = [
  { kind: "item", itemId: "anna" }, // an item that happens to be called as she is
  { kind: "link", from: "anonymous:a", to: "anna" },
  { kind: "link", from: "anonymous:b", to: "ben" },
  { kind: "link", from: "anonymous:x", to: "anna" },
  { kind: "unlink", id: "anonymous:x" },
  { kind: "link", from: "anonymous:x", to: "ben" },
  { kind: "item", itemId: "i" },
];

async function graphOf(log: SegmentedEventLog): Promise<{ identity: IdentityGraph; catalogue: Catalogue }> {
  const views = { identity: new IdentityGraph(), catalogue: new Catalogue() };
  await followShared(log, views, () => {}).catchUp(() => {});
  return views;
}

test("the log forgets a person's events and links, and nobody else's; the graph in memory comes to the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-forget-log-"));
  const log = await SegmentedEventLog.open(folder, { partitionCount: 3, segmentBytes: 300 });
  await log.append(SHARED_PARTITION, shared.map(encodeSharedRecord));
  for (const [n, userId] of ["anna", "ben", "anonymous:a", "ben", "anna", "annabel"].entries()) {
    const event = {
      kind: "track",
      eventId: `e${n}` as EventId,
      userId: userId as UserId,
      name: "save",
      timestampMs: n,
      receivedAtMs: n,
      properties: { itemId: "anna" },
      traits: {},
      rest: {},
    } as const;
    await log.append(partitionOf(userId, 3), [encodeEvent(event)]);
  }
  const { identity } = await graphOf(log);
  const ids = identity.idsOf("anonymous:a");
  expect(ids).toEqual(["anna", "anonymous:a"]);
  const starts = [0, 0, 0];
  const ends = [0, 1, 2].map((partition) => log.end(partition));
  expect(await countInLog(log, ids, starts, ends)).toBe(5);

  // The first link of "anonymous:x" named her; that it was taken away says nothing of her.
  expect(await forgetInLog(log, ids)).toEqual({ events: 3, links: 2 });
  expect(await countInLog(log, ids, starts, ends)).toBe(0);
  expect(await countInLog(log, ["ben", "annabel"], starts, ends)).toBe(5);
  expect(await forgetInLog(log, ids)).toEqual({ events: 0, links: 0 });

  identity.forget(ids);
  const reread = await graphOf(log);
  for (const graph of [identity, reread.identity]) {
    expect(graph.idsOf("anna")).toEqual(["anna"]);
    expect(graph.idsOf("anonymous:a")).toEqual(["anonymous:a"]);
    expect(graph.idsOf("anonymous:x")).toEqual(["ben", "anonymous:b", "anonymous:x"]);
  }
  expect([reread.catalogue.rowOf("anna"), reread.catalogue.rowOf("i")]).toEqual([0, 1]);
  await log.close();
  await rm(folder, { recursive: true });
});
