/**
 * @file How near the world comes to what real people leave behind: the same figures of the world's acts (both forms, and of people who
 * are moved) and, with `INKLING_DATASETS`, of Deskdrop, ml-100k and ml-1m. Impressions count nowhere: the data sets have none.
 * A session ends with half an hour's pause. ml-1m's times are made up here, so it says nothing of them.
 */
import { ignoreProgress, PlatformError } from "#base";
import { createWorld, type DatasetContents, datasetNamed, type WorldConfig, worldPresets } from "#datasets";
import { loadDataset } from "../src/main/datasets/sources.ts";
import type { Bench } from "./bench.ts";
import { type ItemAct, marginalsOf } from "./marginals.ts";

interface Options extends Record<string, number> {
  readonly people: number;
  readonly days: number;
  readonly seed: number;
}

export const bench: Bench<Options> = {
  title: "what the world's people leave behind, beside what real people do",
  defaults: { people: 2_000, days: 90, seed: 20260101 },
  tiny: { people: 60, days: 14, seed: 20260101 },
  async run({ people, days, seed }, say) {
    const metrics: Record<string, number> = {};
    const compared: Record<string, number> = {};
    for (const preset of ["small", "living", "responsive"] as const) {
      say(`simulating ${preset}`);
      const config: WorldConfig = { ...worldPresets[preset], peopleCount: people, days, seed };
      const { endMs } = createWorld(config);
      named(preset, marginalsOf(actsOf(config), { hasTimes: true, endMs }), metrics);
    }
    for (const name of ["deskdrop", "ml-100k", "ml-1m"]) {
      const contents = await loaded(name);
      if (!contents) continue;
      say(name);
      named(name, marginalsOf(actsIn(contents), { hasTimes: contents.clock === "utc" }), compared);
    }
    return { metrics, compared };
  },
};

function named(
  prefix: string,
  figures: Readonly<Record<string, number>>,
  into: Record<string, number>,
): void {
  for (const [name, figure] of Object.entries(figures)) into[`${prefix}: ${name}`] = figure;
}

function actsOf(config: WorldConfig): ItemAct[] {
  const world = createWorld(config);
  const acts: ItemAct[] = [];
  for (let user = 0; user < config.peopleCount; user++) {
    const seen = new Set<string>();
    for (const message of world.personMessages(user)) {
      if (message.type !== "track" || message.event === "impression") continue;
      if (seen.has(message.messageId!)) continue; // the world gives every message its id
      seen.add(message.messageId!);
      const { event: action, properties, timestamp } = message;
      acts.push({ user, item: properties!.itemId!, action: action!, timestampMs: Date.parse(timestamp!) });
    }
  }
  return acts;
}

function actsIn({ engagements }: DatasetContents): ItemAct[] {
  const { users, items, actions, actionNames, timestampsMs } = engagements;
  return Array.from(users, (user, at) => ({
    user,
    item: items[at]!,
    action: actionNames[actions[at]!]!,
    timestampMs: timestampsMs[at]!,
  }));
}

/** Nothing where its files are not at hand. */
async function loaded(name: string): Promise<DatasetContents | undefined> {
  try {
    return await loadDataset(datasetNamed(name), ignoreProgress);
  } catch (error) {
    if (error instanceof PlatformError && error.code === "missing-file") return undefined;
    throw error;
  }
}
