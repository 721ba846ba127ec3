import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** @file What is declared for the console to show: features of people and of items. */

const WORLD = `import { average, count, cross, defaultActions, defineConfig, derived, divide, event, events, feature, item, user } from "inkling";

const saves = feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d", owner: "discovery", description: "How much they keep" });
const closeUps = feature("close_ups_7d", { from: events("close-up"), aggregate: count(), window: "7d", owner: "discovery" });
export default defineConfig({
  actions: defaultActions,
  features: [
    saves,
    closeUps,
    feature("impressions_28d", { from: events("impression"), aggregate: count(), window: "28d" }),
    feature("clicks", { from: events("click"), aggregate: count() }),
    feature("dwell_30d", { from: events("close-up"), aggregate: average(event.dwellMs), window: "30d", owner: "growth" }),
    derived("saves_per_close_up", divide(saves, closeUps)),
    feature("saves_by_topic_28d", { from: events("save"), keyedBy: item.topic, aggregate: count(), window: "28d" }),
    feature("item_saves_7d", { entity: item, from: events("save"), aggregate: count(), window: "7d" }),
    feature("saves_of_topic_30d", { entity: cross(user, item.topic), from: events("save"), aggregate: count(), window: "30d" }),
  ],
  featureServices: { ranking: ["saves_7d", "close_ups_7d", "saves_per_close_up"] },
});
`;

const MOVIES = `import { count, defaultActions, defineConfig, derived, divide, events, feature, item } from "inkling";

const likes = feature("likes_90d", { from: events("like"), aggregate: count(), window: "90d", owner: "discovery", description: "How much they like" });
const watches = feature("watches_90d", { from: events("watch"), aggregate: count(), window: "90d", owner: "discovery" });
export default defineConfig({
  actions: defaultActions,
  features: [
    likes,
    watches,
    feature("likes", { from: events("like"), aggregate: count() }),
    derived("likes_per_watch", divide(likes, watches)),
    feature("likes_by_topic_90d", { from: events("like"), keyedBy: item.topic, aggregate: count(), window: "90d" }),
    feature("item_likes_90d", { entity: item, from: events("like"), aggregate: count(), window: "90d" }),
  ],
  featureServices: { ranking: ["likes_90d", "watches_90d", "likes_per_watch"] },
});
`;

const CONFIGS = { world: WORLD, "ml-1m": MOVIES } as const;

/** Options of a start with features declared; `folder` takes the file. */
export async function declared(
  folder: string,
  dataset: keyof typeof CONFIGS = "world",
): Promise<readonly string[]> {
  const file = join(folder, "inkling.config.ts");
  await mkdir(folder, { recursive: true });
  await writeFile(file, CONFIGS[dataset]);
  return ["--config", file];
}
