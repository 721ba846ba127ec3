import { checkConfig } from "./config.ts";
import { FittedRanking } from "./fitted-ranking.ts";
import type { Model } from "./model.ts";
import { readModelFile } from "./model-file.ts";
import { columnSums, engagementsOf } from "./sparse-rows.ts";

/**
 * How many people engaged with each item, each person counted once at their strongest weight: the baseline that every
 * personal model has to beat, and what it falls back to for somebody new.
 */
export const popularity: Model<Record<never, number>> = {
  name: "popularity",
  title: "What most people engaged with",
  defaults: {},

  async fit(data, config, { progress }) {
    checkConfig(popularity.name, config, {});
    const counts = columnSums(engagementsOf(data));
    progress({ stage: "count", done: data.userCount, total: data.userCount });
    return new FittedRanking(popularity.name, config, counts);
  },

  load(bytes) {
    const file = readModelFile(bytes, popularity.name, {});
    return new FittedRanking(popularity.name, file.config, file.floats("scores"));
  },
};
