import { PlatformError } from "#base";
import { type Config, surfacesOf } from "#declarations";
import type { Purposes } from "#events";
import { Recommender, type RecommenderParts, ServedLists } from "#recommendation";
import type { Metrics } from "#serving";
import { paths } from "./data-folder.ts";
import type { ModelStore } from "./model-store.ts";
import { type KeptLogOptions, openKeptLog } from "./set-aside.ts";

/** @file Lists, wired: the models in service, the declared surfaces, and where served lists are kept. */

const MIB = 1024 * 1024;
/** Room for about a hundred thousand lists of ten. */
const MAX_BYTES = 256 * MIB;
const SEGMENT_BYTES = 16 * MIB;

/** The served lists of a data folder. */
export function openServedLists(folder: string, options: KeptLogOptions): Promise<ServedLists> {
  const sizes = { maxBytes: MAX_BYTES, segmentBytes: SEGMENT_BYTES };
  const kept = { what: "served lists", path: paths.servedLists(folder), ...sizes };
  return openKeptLog(kept, options, ServedLists);
}

type Parts = Pick<RecommenderParts, "log" | "state" | "catalogue" | "identity" | "actions" | "clock"> & {
  readonly models: ModelStore;
  readonly purposes: Purposes;
};

/** @throws PlatformError `no-data` when no model is in service */
export async function createRecommender(platform: Parts, config: Config): Promise<Recommender> {
  const { models, purposes, log, state, catalogue, identity, actions, clock } = platform;
  const serving = await models.serving();
  if (!serving) throw new PlatformError("no-data", "no model is in service; fit one with: inkling train");
  const [personal, coldStart] = await Promise.all([
    models.load(serving.personal),
    models.load(serving.coldStart),
  ]);
  return new Recommender({
    ...{ log, state, catalogue, identity, actions, clock, personal, coldStart },
    purpose: purposes.personalization,
    surfaces: surfacesOf(config),
  });
}

export function watchServedLists(metrics: Metrics, lists: ServedLists): void {
  metrics.gauge("inkling_served_lists", "Recommendations that are kept", () => lists.size);
  metrics.gauge("inkling_served_list_bytes", "Kept recommendations on disk", () => lists.bytes);
  metrics.gauge(
    "inkling_served_lists_lost",
    "Recommendations that could not be kept since the start",
    () => lists.lost,
  );
}
