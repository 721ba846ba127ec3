import { type Clock, type ItemId, PlatformError, type UserId } from "#base";
import { sensitiveTopics, type TopicPolicy } from "#declarations";
import { type FeaturePlan, FeatureVectors, getHistoricalVectors, type OnlineFeatures } from "#features";
import type { DeclaredFeatures, FeatureRows } from "#models";
import type { FeatureReader } from "#recommendation";
import type { DataManifest } from "../folder/data-folder.ts";
import { planOf } from "./features.ts";
import { withPast } from "./training-set.ts";

/** @file Declared features for models: from the past of a folder while they learn, from state while they serve; the same numbers. */

/** What is learned from: rows are of these people and items. */
interface Learned {
  readonly userIds: readonly UserId[];
  readonly itemIds: readonly ItemId[];
}

/** The applied features of a folder, as of the past. The folder is opened when they are asked for. */
export function pastFeatures(
  folder: string,
  manifest: Pick<DataManifest, "actions" | "features">,
  { userIds, itemIds }: Learned,
  topics?: TopicPolicy,
): DeclaredFeatures {
  const plan = planOf(manifest, topics);
  return {
    versionOf: (names) => new FeatureVectors(plan, names).version,
    at: (names, { users, items, timesMs }: FeatureRows) =>
      withPast(folder, async (past) => {
        const rows = Array.from(users, (user, row) => ({
          userId: userIds[user]!,
          itemId: itemIds[items[row]!]!,
          timestampMs: timesMs[row]!,
        }));
        const query = {
          definitions: manifest.features.definitions,
          actions: manifest.actions.map(({ name }) => name),
          purposes: manifest.features.purposes,
          isSensitive: sensitiveTopics(topics),
          rows,
        };
        const wanted = new FeatureVectors(plan, names);
        return (await getHistoricalVectors(past, wanted, query, () => {})).vectors;
      }),
  };
}

/** The applied features as they are served. */
export class ServedFeatureNumbers implements FeatureReader {
  readonly #plan: FeaturePlan;
  readonly #online: OnlineFeatures;
  readonly #clock: Clock;
  readonly #known = new Map<string, FeatureVectors>();

  constructor(plan: FeaturePlan, online: OnlineFeatures, clock: Clock) {
    this.#plan = plan;
    this.#online = online;
    this.#clock = clock;
  }

  async read(
    ...[wanted, { userId, itemIds, asOfMs }]: Parameters<FeatureReader["read"]>
  ): Promise<Float64Array> {
    const vectors = this.#vectorsOf(wanted);
    if (asOfMs < this.#clock.nowMs() - LATE_MS)
      return new Float64Array(itemIds.length * vectors.size).fill(Number.NaN);
    return this.#online.vectors(
      vectors,
      itemIds.map((itemId) => ({ itemId, ...(userId !== undefined && { userId }) })),
    );
  }

  #vectorsOf({ names, version }: Parameters<FeatureReader["read"]>[0]): FeatureVectors {
    const key = names.join(",");
    const vectors = this.#known.get(key) ?? new FeatureVectors(this.#plan, names);
    this.#known.set(key, vectors);
    if (vectors.version === version) return vectors;
    throw new PlatformError(
      "data-mismatch",
      `the features ${key} are defined otherwise than when the ranker was fitted; fit it again with: inkling train ranker`,
    );
  }
}

/** A request is that old at most when its list is made. */
const LATE_MS = 60_000;
