import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type EventId, ignoreProgress, SystemClock, type UserId } from "#base";
import { action, defineConfig } from "#declarations";
import { encodeEvent, type StoredEvent } from "#events";
import { LmdbStateStore, SegmentedEventLog } from "#storage";
import { paths } from "../folder/data-folder.ts";
import { newFolder, openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "./replay.ts";

/** Trimming is part of what a replay must do again. */
const capped = defineConfig({
  actions: { save: action({ kind: "positive", strength: 1, verb: "saved", maxRows: 20 }) },
});

const open = (folder: string, onNotice: (notice: string) => void = () => {}): Promise<Platform> =>
  openPlatform(folder, { config: capped, create: newFolder("system"), onNotice });

const LATE: StoredEvent = {
  kind: "track",
  eventId: "late" as EventId,
  userId: "u0" as UserId,
  name: "save",
  timestampMs: 0,
  receivedAtMs: 0,
  properties: {},
  traits: {},
  rest: {},
};

test("state built again from the log is the same, is noticed when it is not, and replaces what was wrong", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-replay-"));
  const platform = await open(folder);
  for (let batch = 0; batch < 30; batch++) {
    const messages = Array.from({ length: 20 }, (_, n) => ({
      type: "track",
      event: n % 7 === 0 ? "odd" : "save",
      messageId: `m${(batch * 17 + n) % 400}`,
      userId: `u${n % 5}`,
      timestamp: new Date(1_700_000_000_000 + ((batch * 7919 + n * 104_729) % 100_000) * 1000).toISOString(),
      properties: { itemId: `i${(batch + n) % 40}`, surface: "home" },
    }));
    await platform.ingestion.ingestMessages(messages);
  }
  await platform.close();
  // What the log took in and the state did not, as after a crash, is the next start's to apply.
  const log = await SegmentedEventLog.open(paths.log(folder), { partitionCount: 2 });
  await log.append(1, [encodeEvent(LATE)]);
  await log.close();

  const first = await replay(folder, { keepsRebuilt: false }, ignoreProgress);
  expect(first).toMatchObject({ isIdentical: true, records: 600 });
  expect(first.rebuilt.entries).toBeGreaterThan(5);
  expect(await trimmedUsers(folder)).toBe(5);

  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  await state.write([{ kind: "put", key: Buffer.from("uforged\0a"), value: Buffer.from("x") }]);
  await state.close();
  expect(await readdir(paths.vectors(folder))).not.toEqual([]);
  expect((await replay(folder, { keepsRebuilt: true }, ignoreProgress)).isIdentical).toBe(false);
  await expect(readdir(paths.vectors(folder))).rejects.toThrow(); // made of a state that was wrong
  expect(await replay(folder, { keepsRebuilt: false }, ignoreProgress)).toMatchObject({
    isIdentical: true,
    rebuilt: first.rebuilt,
  });
  await rm(folder, { recursive: true });
});

test("a state that was not on disk when the machine went down is built again from the log, and says so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "inkling-lost-"));
  const notices: string[] = [];
  const platform = await open(folder);
  const messages = Array.from({ length: 50 }, (_, n) => ({
    type: "track",
    messageId: `m-${n}`,
    userId: `u-${n % 7}`,
    event: "save",
    timestamp: new Date(Date.UTC(2024, 0, 1) + n).toISOString(),
    properties: { itemId: `i-${n % 5}` },
  }));
  expect(await platform.ingestion.ingestMessages(messages)).toMatchObject({ accepted: 50 });
  await platform.close();
  const before = await replay(folder, { keepsRebuilt: false, config: capped }, ignoreProgress);
  await writeFile(join(paths.state(folder), "unflushed"), "another run of the machine");
  const after = await open(folder, (notice) => notices.push(notice));
  await after.close();
  expect(notices).toEqual([expect.stringContaining("built again")]);
  expect(await replay(folder, { keepsRebuilt: false, config: capped }, ignoreProgress)).toMatchObject({
    isIdentical: true,
    before: before.before,
  });
  await rm(folder, { recursive: true });
});

async function trimmedUsers(folder: string): Promise<number> {
  const state = new LmdbStateStore(paths.state(folder), new SystemClock());
  const entries = await state.scan({ prefix: Buffer.from("u"), limit: 1000 });
  await state.close();
  return entries.filter(({ key }) => Buffer.from(key).subarray(-2).equals(Buffer.from("\0t"))).length;
}
