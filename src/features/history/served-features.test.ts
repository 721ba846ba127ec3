import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Packr } from "msgpackr";
import { expect, test } from "vitest";
import { IdentityGraph } from "#events";
import { SegmentedEventLog } from "#storage";
import { type ServedFeatures, ServedLog, servedAt } from "./served-features.ts";

test("records of versions 1 and 2 are read beside new ones, and are of the same features where all definitions together are the same", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-served-"));
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  const packr = new Packr({ useRecords: false });
  const before = [
    [1, "ann", 5, "v", { saves: 2 }],
    [1, "ann", 6, "v", { met: 1 }, "cup"],
    [2, "ann", 7, "of before", { saves: 9 }, null, {}],
  ];
  await log.append(
    0,
    before.map((record) => packr.pack(record)),
  );
  const served = await ServedLog.open({ log, maxBytes: 1e6 });
  const lineages = { ofTopic: "0123456789ab", saves: "aaaaaaaaaaaa" };
  const note = { userId: "ann", atMs: 7, definedAs: lineages, values: { ofTopic: 3, saves: 4 } };
  const noted = [{ ...note, keys: { topic: "art" } }];
  await served.note(noted);
  const found: ServedFeatures[] = [];
  for await (const one of served.read()) found.push(one);
  expect(found).toEqual([
    { userId: "ann", atMs: 5, definedAs: "v", values: { saves: 2 } },
    { userId: "ann", atMs: 6, definedAs: "v", values: { met: 1 }, itemId: "cup" },
    { userId: "ann", atMs: 7, definedAs: "of before", values: { saves: 9 } },
    ...noted,
  ]);
  const byName = new Map([
    ["saves", { columns: ["user_id"], lineage: "bbbbbbbbbbbb" }],
    ["met", { columns: ["user_id", "item_id"], lineage: "cccccccccccc" }],
    ["ofTopic", { columns: ["user_id", "topic"], lineage: "0123456789ab" }],
  ]);
  const row = { userId: "ann", itemId: "cup", keys: { topic: "art" } };
  const rows = [4, 5, 6, 7].map((timestampMs) => ({ ...row, timestampMs }));
  const told = await servedAt(served, new IdentityGraph(), { byName, version: "v" }, rows);
  const [saves, met] = [
    { atMs: 5, value: 2 },
    { atMs: 6, value: 1 },
  ];
  expect(told.rows.map((values) => values && Object.fromEntries(values))).toEqual([
    undefined,
    { saves },
    { saves, met },
    { saves, met, ofTopic: { atMs: 7, value: 3 } },
  ]);
  expect(Object.fromEntries(told.ofOthers)).toEqual({ saves: 2 }); // of before, and of another lineage
  await served.close();
  await rm(folder, { recursive: true });
});
