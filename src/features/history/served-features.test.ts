import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Packr } from "msgpackr";
import { expect, test } from "vitest";
import { IdentityGraph } from "#events";
import { SegmentedEventLog } from "#storage";
import { type ServedFeatures, ServedLog, servedAt } from "./served-features.ts";

test("records of the first version, without keys, are read beside new ones", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-served-"));
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  const packr = new Packr({ useRecords: false });
  const before = [
    [1, "ann", 5, "v", { saves: 2 }],
    [1, "ann", 6, "v", { met: 1 }, "cup"],
  ];
  await log.append(
    0,
    before.map((record) => packr.pack(record)),
  );
  const served = await ServedLog.open({ log, maxBytes: 1e6 });
  const note = { userId: "ann", atMs: 7, version: "w", values: { ofTopic: 3 }, keys: { topic: "art" } };
  await served.note([note]);
  const found: ServedFeatures[] = [];
  for await (const one of served.read()) found.push(one);
  expect(found).toEqual([
    { userId: "ann", atMs: 5, version: "v", values: { saves: 2 } },
    { userId: "ann", atMs: 6, version: "v", values: { met: 1 }, itemId: "cup" },
    note,
  ]);
  const about = new Map([
    ["saves", ["user_id"]],
    ["met", ["user_id", "item_id"]],
    ["ofTopic", ["user_id", "topic"]],
  ]);
  const row = { userId: "ann", itemId: "cup", keys: { topic: "art" } };
  const rows = [4, 5, 6, 7].map((timestampMs) => ({ ...row, timestampMs }));
  const told = await servedAt(served, new IdentityGraph(), about, rows);
  expect(told.map((values) => values && Object.fromEntries(values))).toEqual([
    undefined,
    { saves: 2 },
    { saves: 2, met: 1 },
    { saves: 2, met: 1, ofTopic: 3 },
  ]);
  await served.close();
  await rm(folder, { recursive: true });
});
