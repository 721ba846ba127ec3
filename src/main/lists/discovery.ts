import { spokenTraitsOf, surfacesOf } from "#declarations";
import type { ModelsInService } from "#models";
import type { UserInterests } from "#profiles";
import {
  type FeatureReader,
  type InterestReader,
  type ItemIndexes,
  type ItemIndexReport,
  Recommender,
  ServedLists,
} from "#recommendation";
import type { Metrics } from "#serving";
import { paths } from "../folder/data-folder.ts";
import { type KeptLogOptions, openKeptLog } from "../folder/set-aside.ts";
import type { Platform } from "../platform.ts";

/** @file Lists, wired: the models in service, the declared surfaces, and where served lists are kept. */

const MIB = 1024 * 1024;
/** Room for about ninety-five thousand lists of ten. */
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
  | "config"
  | "purposes"
  | "log"
  | "state"
  | "catalogue"
  | "identity"
  | "actions"
  | "clock"
  | "vectors"
  | "itemIndexes"
>;

export async function createRecommender(
  platform: Parts,
  models: ModelsInService,
  interests: InterestReader & Pick<UserInterests, "knowledge">,
  features: FeatureReader,
): Promise<Recommender> {
  const { purposes, log, state, catalogue, identity, actions, clock, itemIndexes: indexes } = platform;
  const vectors = platform.vectors.of(models);
  await indexes.serve(await vectors.encoder());
  return new Recommender({
    ...{ log, state, catalogue, identity, actions, clock, models, interests },
    ...{ vectors, indexes, features },
    isUnsaid: (itemRow) => interests.knowledge.isUnsaid(itemRow),
    purpose: purposes.personalization,
    traits: spokenTraitsOf(platform.config),
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

/** What the index of items holds, and how much of what an exact search would find its searches find. */
export function watchItemIndexes(metrics: Metrics, indexes: ItemIndexes): void {
  const tell = (name: string, help: string, read: (report: ItemIndexReport) => number | undefined): void =>
    metrics.gaugeBy(name, help, "model", () =>
      indexes.reports.flatMap((report) => {
        const value = read(report);
        return value === undefined ? [] : [[report.model, value] as const];
      }),
    );
  tell("inkling_index_items", "Items in the vector index", ({ items }) => items);
  tell("inkling_index_lists", "Its inverted lists; 0: every search is exact", ({ lists }) => lists);
  tell("inkling_index_bytes", "Bytes of vectors and of what finds them", ({ bytes }) => bytes);
  tell("inkling_index_searches", "Searches since the start", ({ searches }) => searches);
  tell(
    "inkling_index_recall",
    "Of live searches a hundredth is done again exactly: the mean part of those neighbours that was found",
    ({ recall }) => recall.recall,
  );
  tell("inkling_index_recall_margin", "Half of its 95 % interval", ({ recall }) => recall.margin);
}
