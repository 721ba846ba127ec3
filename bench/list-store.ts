import { defaultActions, defineConfig, surface } from "#declarations";
import { modelNamed } from "#models";
import type { Platform } from "../src/main/platform.ts";
import { openFilledStore, type StoreTask } from "./filled-store.ts";

/** @file What the benchmarks of lists ask: a surface with every stage, over a catalogue of made items and a model fitted on the events. */

/** 500 candidates of four sources, filtered, fused, spread over tags and explored. */
const home = surface({
  sources: [
    { kind: "model", model: "personal", budget: 200 },
    { kind: "neighbours", budget: 100 },
    { kind: "popular-now", budget: 100 },
    { kind: "fresh", budget: 100, days: 365 },
  ],
  filters: { fatigue: { impressions: 5, hours: 24 * 7 } },
  scorer: { kind: "fusion", model: "personal" },
  diversity: { kind: "mmr", lambda: 0.8, likeness: "tags" },
  exploration: { places: [4, 9], share: 0.3, source: "fresh" },
});

/** `ranked`: the same by how likely each action is. */
const config = defineConfig({
  actions: defaultActions,
  surfaces: { home, ranked: { ...home, scorer: { kind: "ranker", model: "ranker" } } },
});

/** Fewer neighbours than by default: with a million items each takes megabytes. */
const MODEL = { name: "item-knn", config: { neighbours: 20, shrinkage: 10 } };
/** As it comes, but hardly learned: how long an answer takes does not depend on what was learned. */
const RANKER = { name: "ranker", config: { ...modelNamed("ranker").defaults, epochs: 1, maxRequests: 500 } };

export async function openListStore(
  task: Omit<StoreTask, "config">,
  say: (line: string) => void,
): Promise<Platform> {
  const platform = await openFilledStore({ ...task, config }, say);
  say("fitting");
  await platform.fit([MODEL, { name: "recent-popularity" }], { progress: () => {} });
  await platform.fitBeside(RANKER, { progress: () => {} });
  return platform;
}
