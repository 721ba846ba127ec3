import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** @file What is declared for the console to show: features of people and of items. */
const CONFIG = `import { average, count, cross, defaultActions, defineConfig, derived, divide, event, events, feature, item, user } from "inkling";

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

/** Options of a start with features declared; `folder` takes the file. */
export async function declared(folder: string): Promise<readonly string[]> {
  const file = join(folder, "inkling.config.ts");
  await mkdir(folder, { recursive: true });
  await writeFile(file, CONFIG);
  return ["--config", file];
}
