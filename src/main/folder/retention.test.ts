import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, ignoreProgress } from "#base";
import { action, type Config, defaultActions, defaultConfig } from "#declarations";
import { INTEREST_CONTROLLED } from "#events";
import { actsFromLog, interactionsFromLog, LakeWriter, readPerson, readPersonSequence } from "#sequences";
import { DuckDbLake } from "#storage";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "../upkeep/replay.ts";
import { paths } from "./data-folder.ts";
import { dropOffset, segmentBytesFor } from "./retention.ts";

describe("what a policy lets go", () => {
  /** Four units of a hundred records: a kilobyte each, written on days 1 to 4. */
  const units = [0, 1, 2, 3].map((n) => ({
    from: 100 * n,
    to: 100 * (n + 1),
    bytes: 1000,
    writtenMs: (n + 1) * DAY_MS,
  }));
  const nowMs = 5 * DAY_MS;

  test.each([
    ["nothing without a policy", {}, 0],
    ["what is older than the days", { days: 2.5 }, 200],
    ["nothing that is exactly as old", { days: 4 }, 0],
    ["what is more than the bytes", { bytes: 2500 }, 200],
    ["nothing of as many bytes as may be", { bytes: 4000 }, 0],
    ["what either lets go", { days: 3.5, bytes: 2000 }, 200],
    ["never the unit that grows", { days: 0.1, bytes: 1 }, 300],
  ])("%s", (_, policy, offset) => {
    expect(dropOffset(units, policy, nowMs)).toBe(offset);
  });

  test("nothing of an empty partition", () => {
    expect(dropOffset([], { days: 1 }, nowMs)).toBe(0);
  });

  test("segments are small enough to keep to a policy in bytes, and never tiny", () => {
    expect(segmentBytesFor({}, 5)).toBe(128 * 1024 * 1024);
    expect(segmentBytesFor({ bytes: 160 * 1024 * 1024 }, 5)).toBe(10 * 1024 * 1024);
    expect(segmentBytesFor({ bytes: 1024 * 1024 }, 5)).toBe(64 * 1024);
  });
});

/** @file Below, a real folder: 1 MiB of log where 3 MiB came. */
const BYTES = 1024 * 1024;
const small: Config = { ...defaultConfig, retention: { bytes: BYTES } };
const juggle = action({ kind: "positive", strength: 3, verb: "juggled" });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-retention-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (config: Config): Promise<Platform> =>
  openPlatform(folder, {
    config,
    onNotice: (message) => {
      throw new Error(message);
    },
  });

const USERS = 40;

/** 12,000 events of 40 people, one of whom refuses beforehand and one mutes all there is for them; every third is of an action not declared yet, some are sent twice, one says no. */
async function fill({ ingestion }: Platform): Promise<void> {
  const context = { consent: { categoryPreferences: { personalization: false } } };
  await ingestion.ingestMessages([{ type: "identify", userId: "u9", messageId: "refuses", context }]);
  const itemIds = Array.from({ length: 15 }, (_, n) => `i${8 + 20 * n}`);
  const properties = { control: "mute", interestId: "all of theirs", itemIds };
  await ingestion.ingestMessages([
    { type: "track", event: INTEREST_CONTROLLED, userId: "u8", messageId: "mutes", properties },
  ]);
  for (let batch = 0; batch < 12; batch++) {
    const messages = Array.from({ length: 1000 }, (_, n) => {
      const event = batch * 1000 + n;
      return {
        type: "track",
        event: event % 3 === 0 ? "juggle" : "save",
        messageId: `m${event % 50 === 7 ? event - 7 : event}`,
        userId: `u${event % USERS}`,
        timestamp: new Date(Date.UTC(2026, 0, 1) + event * 60_000).toISOString(),
        properties: { itemId: `i${event % 300}`, surface: "home", note: "x".repeat(120), half: event / 2 },
        ...(event % 11 === 0 && { context }),
      };
    });
    await ingestion.ingestMessages(messages);
  }
  const traits = { name: "Una", nested: { list: [1, "two", null] } };
  await ingestion.ingestMessages([{ type: "identify", userId: "u7", messageId: "who", traits }]);
}

async function logBytes(): Promise<number> {
  const names = await readdir(paths.log(folder), { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => stat(join(paths.log(folder), name))));
  return sizes.reduce((sum, file) => (file.isFile() ? sum + file.size : sum), 0);
}

const startsOf = ({ log }: Platform): number[] =>
  Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));

/** Everybody's rows, as they are read. */
async function everything({ state, catalogue }: Platform): Promise<unknown[]> {
  const people = Array.from({ length: USERS }, async (_, n) => {
    const person = (await readPerson(state, [`u${n}`]))!;
    const query = { limit: 1000, asOfMs: Number.POSITIVE_INFINITY };
    const rows = (await readPersonSequence(state, person, query)).rows();
    return { ...person, rows: rows.map((row) => ({ ...row, name: catalogue.actions.nameOf(row.action) })) };
  });
  return Promise.all(people);
}

/** Lets the lake take everything, and sweeps when its thread has said so. */
async function sweepWithLake(platform: Platform): Promise<void> {
  const { log, state, retention } = platform;
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const lake = await DuckDbLake.open(paths.lake(folder));
  await new LakeWriter({ log, state, lake, onFailure }).catchUp(() => {});
  await lake.close();
  platform.followWithLake(onFailure);
  const isDropped = async (): Promise<boolean> => {
    await retention!.sweep();
    return startsOf(platform)
      .slice(1)
      .every((start) => start > 0);
  };
  await expect.poll(isDropped).toBe(true);
}

/** Nothing is learned of u9, whose refusal only the lake has by now, and of u8, who muted it, not what they engage with. */
async function expectWordsKept({ log, actions, purposes }: Platform): Promise<void> {
  const lake = await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
  const learned = { actions, purpose: purposes.personalization, lake: async () => lake };
  const { userIds } = await interactionsFromLog(log, learned, ignoreProgress);
  expect(userIds).toHaveLength(USERS - 1);
  expect(userIds).not.toContain("u9");
  const { people } = await actsFromLog(log, { ...learned, share: 1, priced: new Set() });
  const seen = people.filter(({ length }) => length > 0);
  expect(seen).toHaveLength(USERS - 1);
  expect(seen.filter((acts) => acts.every(({ itemRow }) => itemRow === undefined))).toHaveLength(1);
  await lake.close();
}

test("old segments go once state and lake have them, and everything is as it was: read, replayed, built anew, redeclared", async () => {
  let platform = await open(small);
  await fill(platform);
  await platform.retention!.sweep();
  expect(startsOf(platform)).toEqual([0, 0]); // the lake has nothing yet
  const before = await everything(platform);

  const release = await platform.retention!.hold(); // somebody reads the log from its beginning
  await platform.retention!.sweep();
  expect(startsOf(platform)).toEqual([0, 0]);
  release();
  await sweepWithLake(platform);
  const starts = startsOf(platform);
  expect(starts[0]).toBe(0); // the shared partition is kept
  expect(await everything(platform)).toEqual(before);
  await expectWordsKept(platform);
  // Events still come in, are applied, and are read by those who had the dropped files open.
  await platform.ingestion.ingestMessages([{ type: "identify", userId: "u7", messageId: "again" }]);
  await platform.close();
  expect(await logBytes()).toBeLessThan(1.5 * BYTES);

  const kept = await replay(folder, { keepsRebuilt: false }, ignoreProgress);
  expect(kept).toMatchObject({ isIdentical: true, dropped: starts.reduce((sum, start) => sum + start) });
  expect(kept.records + kept.dropped).toBe(12_004);

  await rm(paths.state(folder), { recursive: true });
  await expect(open(small)).rejects.toThrow(/retention has dropped.*inkling replay/);
  const rebuilt = await replay(folder, { keepsRebuilt: true }, ignoreProgress);
  expect(rebuilt.rebuilt).toEqual(kept.rebuilt);

  const config = { ...small, actions: { ...defaultActions, juggle } };
  await replay(folder, { keepsRebuilt: true, config }, ignoreProgress);
  platform = await open(config);
  const [first] = (await everything(platform)) as { rows: { name: string; eventId: string }[] }[];
  // Of u0's 300 events every third juggled: the oldest are in the lake alone.
  expect(first!.rows.at(-1)).toMatchObject({ name: "juggle", eventId: "m0" });
  expect(first!.rows.filter(({ name }) => name === "juggle")).toHaveLength(100);
  await platform.close();
});

test("without a lake that reaches up to the log, nothing is made up", async () => {
  const platform = await open(small);
  await fill(platform);
  await sweepWithLake(platform);
  await platform.close();
  await rm(paths.lake(folder), { recursive: true });
  await expect(replay(folder, { keepsRebuilt: true }, ignoreProgress)).rejects.toMatchObject({
    code: "data-damaged",
    message: expect.stringMatching(/begins at record \d+ and the lake ends at 0.*Restore/),
  });
});
