import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultActions, defineConfig, surface } from "#declarations";
import { Platform } from "../src/main/platform.ts";
import { openFilledStore, type StoreTask } from "./filled-store.ts";
import { serveMadeModels } from "./made-models.ts";

/** @file What the benchmarks of lists ask: a surface with every stage, over a catalogue of made items, by models of the size that serves. */

/** 500 candidates of four sources, filtered, fused, spread over tags and explored. */
const home = surface({
  sources: [
    { kind: "vector", of: "now", budget: 200 },
    { kind: "neighbours", newest: 3, budget: 100 },
    { kind: "popular-now", budget: 100 },
    { kind: "fresh", budget: 100, days: 365 },
  ],
  filters: { fatigue: { impressions: 5, hours: 24 * 7 } },
  scorer: { kind: "fusion" },
  diversity: { kind: "mmr", lambda: 0.8, likeness: "tags" },
  exploration: { places: [4, 9], share: 0.3, source: "fresh" },
});

/** `ranked`: the same, by how likely each action is. */
const config = defineConfig({
  actions: defaultActions,
  surfaces: { home, ranked: { ...home, scorer: { kind: "ranker", model: "ranker" } } },
});

export interface ListStoreTask extends Omit<StoreTask, "config" | "folder"> {
  readonly folder: string;
  /** Keeps what was made in the folder of temporary files, and takes what a run with the same numbers left there. */
  readonly keep: boolean;
}

export async function openListStore(
  { keep, folder, ...task }: ListStoreTask,
  say: (line: string) => void,
): Promise<Platform> {
  const { items = 0, users, events, seed } = task;
  const kept = join(tmpdir(), `inkling-lists-${items}-${users}-${events}-${seed}`);
  const place = keep ? kept : folder;
  const open = (): Promise<Platform> =>
    Platform.open({ folder: place, config, progress: () => {}, onNotice: say });
  const isMade = join(place, "made");
  if (keep && existsSync(isMade)) {
    say("opening");
    return open();
  }
  say("filling");
  const platform = await openFilledStore({ ...task, folder: place, config, hasModels: false }, say);
  say("making models");
  await serveMadeModels(platform);
  if (keep) await writeFile(isMade, "");
  return platform;
}
