import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY_MS, ignoreProgress } from "#base";
import { type Config, defaultActions, defaultConfig } from "#declarations";
import { scanFolder } from "#governance";
import { LakeWriter, readPerson, readPersonSequence } from "#sequences";
import { DuckDbLake } from "#storage";
import { paths } from "../folder/data-folder.ts";
import { openPlatform } from "../platform.cases.ts";
import type { Platform } from "../platform.ts";
import { replay } from "./replay.ts";
import { retain } from "./retain.ts";

/** Saves are kept for thirty days. */
const config: Config = {
  ...defaultConfig,
  actions: { ...defaultActions, save: { ...defaultActions.save, retentionDays: 30 } },
};
const FIRST_MS = Date.UTC(2026, 0, 1);
const LAST_MS = FIRST_MS + 80 * DAY_MS;
const USERS = 3;
/** On nine days, ten apart, each person views things and saves some. */
const messages = Array.from({ length: 360 }, (_, n) => {
  const day = 10 * Math.floor(n / 40);
  const isSave = n % 4 === 0;
  const timestampMs = FIRST_MS + day * DAY_MS;
  const isOver = isSave && timestampMs < LAST_MS - 30 * DAY_MS;
  return {
    type: "track",
    event: isSave ? "save" : "view",
    messageId: `message-${n}-${isOver ? "of-long-ago" : "of-late"}`,
    userId: `u${n % USERS}`,
    timestamp: new Date(timestampMs).toISOString(),
    properties: { itemId: `i${n % 20}`, note: isOver ? "of-long-ago" : "kept" },
  };
});
const isKept = ({ properties }: (typeof messages)[number]): boolean => properties.note === "kept";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-retain-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Everybody as they are read, without where in the log. */
async function everybody({ state, catalogue }: Platform): Promise<unknown[]> {
  const people = Array.from({ length: USERS }, async (_, n) => {
    const person = (await readPerson(state, [`u${n}`]))!;
    const query = { limit: 1000, asOfMs: Number.POSITIVE_INFINITY };
    const rows = (await readPersonSequence(state, person, query)).rows();
    const { eventCount, counts, firstMs, lastMs } = person.record;
    return {
      ...{ eventCount, counts, firstMs, lastMs },
      rows: rows.map(({ eventId, timestampMs, action }) => [
        eventId,
        timestampMs,
        catalogue.actions.nameOf(action),
      ]),
    };
  });
  return Promise.all(people);
}

/** What a folder that never had them would say. */
async function withoutThem(): Promise<unknown[]> {
  const other = await mkdtemp(join(tmpdir(), "inkling-retain-"));
  const platform = await openPlatform(other, { config });
  await platform.ingestion.ingestMessages(messages.filter(isKept));
  const said = await everybody(platform);
  await platform.close();
  await rm(other, { recursive: true });
  return said;
}

async function intoLake({ log, state }: Platform): Promise<void> {
  const onFailure = (error: unknown): never => {
    throw error;
  };
  const lake = await DuckDbLake.open(paths.lake(folder));
  await new LakeWriter({ log, state, lake, onFailure }).catchUp(() => {});
  await lake.close();
}

async function lakeNotes(): Promise<unknown> {
  const lake = await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
  const sql = `SELECT properties->>'note' AS note, count(*)::INTEGER FROM events GROUP BY ALL ORDER BY ALL`;
  const { rows } = await lake.query(sql);
  await lake.close();
  return rows;
}

test("what is past the days of its action is in no store, and state is what it would be had it never come", async () => {
  let platform = await openPlatform(folder, { config });
  await platform.ingestion.ingestMessages(messages.slice(0, 200));
  await intoLake(platform); // the others are not there yet
  await platform.ingestion.ingestMessages(messages.slice(200));
  await platform.close();
  const over = messages.filter((message) => !isKept(message));
  const traces = async (): Promise<readonly unknown[]> =>
    (await scanFolder(folder, ["of-long-ago"], () => false)).found;
  expect((await traces()).length).toBeGreaterThan(0);

  expect(await retain(folder, defaultConfig, ignoreProgress)).toEqual({ events: 0, rows: 0 }); // nothing is declared
  const retained = await retain(folder, config, ignoreProgress);
  const inLake = messages.slice(0, 200);
  expect(retained).toMatchObject({
    events: over.length,
    rows: inLake.filter((message) => !isKept(message)).length,
    replay: { records: messages.length },
  });
  expect(await traces()).toEqual([]);
  expect(await lakeNotes()).toEqual([["kept", inLake.filter(isKept).length]]);
  expect(await retain(folder, config, ignoreProgress)).toEqual({ events: 0, rows: 0 });
  expect(await replay(folder, { keepsRebuilt: false }, ignoreProgress)).toMatchObject({ isIdentical: true });

  platform = await openPlatform(folder, { config });
  expect(await everybody(platform)).toEqual(await withoutThem());
  await intoLake(platform); // what is left follows
  await platform.close();
  expect(await lakeNotes()).toEqual([["kept", messages.filter(isKept).length]]);
});

test("cut off after state went, state is built again, and doing it again finishes it", async () => {
  const platform = await openPlatform(folder, { config });
  await platform.ingestion.ingestMessages(messages);
  await platform.close();
  await rm(paths.state(folder), { recursive: true }); // as far as a crash may have come
  const { events, replay: built } = await retain(folder, config, ignoreProgress);
  expect(events).toBe(0); // on a historical clock without a state nobody knows what time it is
  expect(built?.records).toBe(messages.length);
  expect(await retain(folder, config, ignoreProgress)).toMatchObject({
    events: messages.filter((message) => !isKept(message)).length,
  });
});
