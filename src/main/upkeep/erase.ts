import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { SystemClock } from "#base";
import { type Actions, Catalogue, followShared, type IdentityGraph } from "#events";
import { forgetInItems } from "#features";
import {
  countInLake,
  countInLog,
  countMentions,
  Erasures,
  type Forgets,
  forgetInLake,
  forgetInLog,
  forgetMentions,
  type Mentioning,
  scanFolder,
} from "#governance";
import type { VectorStore } from "#profiles";
import { countUserEntries, forgetUser } from "#sequences";
import { DuckDbLake, type EventLog, FileBlobStore, type StateStore } from "#storage";
import { planOf } from "../features/features.ts";
import { forgettingServed, type LazyServedLog } from "../features/served-features.ts";
import { paths, readManifest } from "../folder/data-folder.ts";
import type { BackgroundLake } from "../folder/lake.ts";
import { openLake } from "../folder/open-lake.ts";
import { damaged } from "../folder/set-aside.ts";
import type { Population } from "../people/population.ts";

/** @file How the stores of a data folder forget a person, and in which order. */
export interface EraseParts {
  readonly folder: string;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly deadLetters: Mentioning;
  readonly servedLists: Mentioning;
  readonly vectors: VectorStore;
  readonly served: LazyServedLog;
  /** What is counted of everybody, in memory. */
  readonly population: Pick<Population, "forget" | "count">;
  /** The lake's thread, when it runs; otherwise the lake is opened for the occasion. */
  readonly lake: () => BackgroundLake | undefined;
  /** Keeps other threads from log and state until what it returns is called. */
  readonly hold: () => Promise<() => Promise<void>>;
  readonly onNotice: (message: string) => void;
}

export function createErasures(parts: EraseParts): Erasures {
  const { folder, log, identity, deadLetters, servedLists, hold, onNotice } = parts;
  const pendingName = basename(paths.erasing(folder));
  const bounds: Bounds = { ends: [] };
  const letters = forgettingMentions("dead-letters", "letters", deadLetters, paths.deadLetters(folder));
  const lists = forgettingMentions("served-lists", "lists", servedLists, paths.servedLists(folder));
  return new Erasures({
    // State before log: what a user left in shared counts stands in the log. Lake last: it follows both.
    stores: [
      forgettingState(parts),
      forgettingVectors(parts),
      forgettingPopulation(parts),
      forgettingServed(parts.served),
      forgettingLog(parts, bounds),
      letters,
      lists,
      forgettingLake(parts),
    ],
    receipts: new FileBlobStore(paths.blobs(folder)),
    pending: new FileBlobStore(paths.erasing(folder)),
    clock: new SystemClock(), // when it was done, also where the platform's clock stands in the past
    newId: randomUUID,
    withLinked: (ids) => [...new Set([...ids, ...ids.flatMap((id) => identity.idsOf(id))])],
    hold,
    cameAgain: async (ids) => {
      const now = Array.from({ length: log.partitionCount }, (_, partition) => log.end(partition));
      if ((await countInLog(log, ids, bounds.ends, now)) > 0) return true;
      return (await letters.cameSince(ids)) > 0 || (await lists.cameSince(ids)) > 0;
    },
    scan: (values) =>
      scanFolder(folder, values, (file) => file.startsWith(pendingName) || file.endsWith(".socket")),
    onNotice,
  });
}

/** Does what a crash interrupted, before anybody else has log and state open. */
export async function resumeErasures(parts: Omit<EraseParts, "lake" | "hold" | "population">): Promise<void> {
  await createErasures({
    ...parts,
    population: { forget: () => 0, count: () => 0 },
    lake: () => undefined,
    hold: async () => async () => {},
  }).resume();
  // A record that was cut off while it was written is no record, but may name somebody.
  const pending = paths.erasing(parts.folder);
  const entries = await readdir(pending, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isFile() && !entry.name.endsWith(".json")) await rm(join(entry.parentPath, entry.name));
  }
}

/** Where the log ended when it forgot: what is behind belongs to a new person. */
interface Bounds {
  ends: readonly number[];
}

function forgettingState({ folder, log, state, identity, actions }: EraseParts): Forgets {
  return {
    name: "state",
    async forget(ids) {
      await rm(rebuiltState(folder), { recursive: true, force: true });
      state.refresh();
      const items = await forgettingItems({ folder, log, state, identity }, ids);
      let entries = 0;
      for (const id of ids) entries += await forgetUser(id, { log, state, actions });
      await state.compact();
      return { entries, ...(items > 0 && { items }) };
    },
    async verify(ids) {
      state.refresh();
      const counts = await Promise.all(ids.map((id) => countUserEntries(state, id)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Features of items are made anew of what others did. */
async function forgettingItems(
  { folder, log, state, identity }: Pick<EraseParts, "folder" | "log" | "state" | "identity">,
  ids: readonly string[],
): Promise<number> {
  const manifest = await readManifest(folder);
  if (!manifest) return 0;
  const catalogue = new Catalogue();
  await followShared(log, { catalogue }, () => {}).catchUp(() => {});
  let lake: DuckDbLake | undefined;
  const openLake = async (): Promise<DuckDbLake> => {
    lake ??= await DuckDbLake.open(paths.lake(folder), { isReadOnly: true });
    return lake;
  };
  try {
    return await forgetInItems(
      { log, state, identity, catalogue, lake: openLake },
      planOf(manifest).items,
      ids,
    );
  } finally {
    await lake?.close();
  }
}

/** What a replay that was killed leaves. */
function rebuiltState(folder: string): string {
  return `${paths.state(folder)}-rebuilt`;
}

function forgettingVectors({ vectors }: EraseParts): Forgets {
  return {
    name: "vectors",
    forget: async (ids) => ({ vectors: await vectors.forget(ids) }),
    verify: (ids) => vectors.count(ids),
  };
}

function forgettingPopulation({ population }: EraseParts): Forgets {
  return {
    name: "population",
    forget: async (ids) => ({ people: population.forget(ids) }),
    verify: async (ids) => population.count(ids),
  };
}

function forgettingLog({ log, identity }: EraseParts, bounds: Bounds): Forgets {
  return {
    name: "log",
    async forget(ids) {
      bounds.ends = Array.from({ length: log.partitionCount }, (_, partition) => log.end(partition));
      const removed = await forgetInLog(log, ids);
      identity.forget(ids);
      return removed;
    },
    verify: (ids) =>
      countInLog(
        log,
        ids,
        bounds.ends.map((_, partition) => log.start(partition)),
        bounds.ends,
      ),
  };
}

/** Forgets what mentions a person. What came after it forgot, `cameSince` counts and `verify` does not. */
function forgettingMentions(
  name: string,
  kind: string,
  records: Mentioning,
  path: string,
): Forgets & { cameSince(ids: readonly string[]): Promise<number> } {
  let end = 0;
  return {
    name,
    async forget(ids, values) {
      await rm(damaged(path), { recursive: true, force: true });
      end = records.end;
      return { [kind]: await forgetMentions(records, [...ids, ...values]) };
    },
    verify: (ids, values) => countMentions(records, [...ids, ...values], 0, end),
    cameSince: (ids) => countMentions(records, ids, end),
  };
}

function forgettingLake({ folder, lake }: EraseParts): Forgets {
  return {
    name: "lake",
    forget: async (ids) => {
      const running = lake();
      if (running) return running.erase(ids);
      return (
        (await withLake(folder, (opened) => forgetInLake(opened, ids))) ?? { rows: 0, filesRewritten: 0 }
      );
    },
    verify: async (ids) =>
      lake()?.count(ids) ?? (await withLake(folder, (opened) => countInLake(opened, ids))) ?? 0,
  };
}

/** `undefined` when there is no lake yet. */
async function withLake<Result>(
  folder: string,
  use: (lake: DuckDbLake) => Promise<Result>,
): Promise<Result | undefined> {
  const lake = await openLake(folder);
  if (!lake) return undefined;
  try {
    return await use(lake);
  } finally {
    await lake.close();
  }
}
