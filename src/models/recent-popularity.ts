import { DAY_MS, PlatformError } from "#base";
import { checkConfig, type Limits } from "./config.ts";
import { FittedRanking } from "./fitted-ranking.ts";
import type { Model } from "./model.ts";
import { readModelFile } from "./model-file.ts";
import { columnSums, engagementsOf } from "./sparse-rows.ts";

export type RecentPopularityConfig = {
  /** Days after which an engagement counts half. */
  readonly halfLifeDays: number;
};

const limits: Limits<RecentPopularityConfig> = { halfLifeDays: { min: 1e-3, max: 1e6 } };

/**
 * Popularity in which an engagement of age t counts `weight * 2^(-t / halfLifeDays)`; ages run back from the newest
 * engagement in the data, so that an old data set has a present too. On news and on feeds it is the baseline to beat.
 */
export const recentPopularity: Model<RecentPopularityConfig> = {
  name: "recent-popularity",
  title: "What most people engaged with lately",
  defaults: { halfLifeDays: 14 },

  async fit(data, config, { progress }) {
    checkConfig(recentPopularity.name, config, limits);
    const { timestampsMs, weights } = data;
    if (!timestampsMs)
      throw new PlatformError(
        "no-data",
        "recent-popularity needs the time of every engagement and this data has none; use popularity.",
      );
    const nowMs = timestampsMs.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
    const halfLifeMs = config.halfLifeDays * DAY_MS;
    const decayed = Float32Array.from(
      timestampsMs,
      (timeMs, position) => (weights ? weights[position]! : 1) * 2 ** ((timeMs - nowMs) / halfLifeMs),
    );
    const scores = columnSums(engagementsOf({ ...data, weights: decayed }));
    progress({ stage: "count", done: data.userCount, total: data.userCount });
    return new FittedRanking(recentPopularity.name, config, scores);
  },

  load(bytes) {
    const file = readModelFile(bytes, recentPopularity.name, limits);
    return new FittedRanking(recentPopularity.name, file.config, file.floats("scores"));
  },
};
