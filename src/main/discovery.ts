import { surfacesOf } from "#declarations";
import type { ServedModels } from "#models";
import { type InterestReader, Recommender, ServedLists } from "#recommendation";
import type { Metrics } from "#serving";
import { paths } from "./data-folder.ts";
import type { Platform } from "./platform.ts";
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

type Parts = Pick<
  Platform,
  "config" | "purposes" | "log" | "state" | "catalogue" | "identity" | "actions" | "clock"
>;

export async function createRecommender(
  platform: Parts,
  models: ServedModels,
  interests: InterestReader,
): Promise<Recommender> {
  const { purposes, log, state, catalogue, identity, actions, clock } = platform;
  const [personal, coldStart] = await Promise.all([models.personal(), models.coldStart()]);
  return new Recommender({
    ...{ log, state, catalogue, identity, actions, clock, personal, coldStart, models, interests },
    purpose: purposes.personalization,
    surfaces: surfacesOf(platform.config),
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
