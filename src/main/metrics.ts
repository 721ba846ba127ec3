import type { FeatureHealth, HealthReport } from "#features";
import { type ModelsInService, modelReference } from "#models";
import { Metrics } from "#serving";
import { watchItemIndexes, watchServedLists } from "./lists/discovery.ts";
import type { ModelWatch } from "./model-watch.ts";
import type { Platform } from "./platform.ts";

/** What the platform tells of itself beside what its routes count. */
export function createMetrics(
  platform: Pick<
    Platform,
    "catalogue" | "applier" | "clock" | "deadLetters" | "servedLists" | "health" | "itemIndexes"
  >,
  answering: { readonly inService: ModelsInService; readonly watch: ModelWatch },
): Metrics {
  const { catalogue, applier, clock, deadLetters, servedLists } = platform;
  const metrics = new Metrics({
    inkling_items: { help: "Items in the catalogue", read: () => catalogue.itemCount },
    inkling_lag_records: {
      help: "Records in the log that state does not show yet",
      read: () => applier.lag(),
    },
    inkling_now_seconds: { help: "The platform's clock", read: () => clock.nowMs() / 1000 },
    inkling_dead_letter_bytes: { help: "Dead letters on disk", read: () => deadLetters.bytes },
    inkling_dead_letters_dropped: {
      help: "Dead letters ever given up for newer ones",
      read: () => deadLetters.dropped,
    },
    inkling_dead_letters_lost: {
      help: "Rejected events and items that could not be kept since the start",
      read: () => deadLetters.lost,
    },
  });
  metrics.gaugeBy(
    "inkling_dead_letters",
    "Rejected events and items that are kept, by reason",
    "reason",
    () => deadLetters.counts,
  );
  watchServedLists(metrics, servedLists);
  watchItemIndexes(metrics, platform.itemIndexes);
  tellModels(metrics, answering);
  tellFeatureHealth(metrics, () => platform.health.report);
  return metrics;
}

function tellModels(
  metrics: Metrics,
  { inService, watch }: { readonly inService: ModelsInService; readonly watch: ModelWatch },
): void {
  metrics.gaugeBy("inkling_model_in_service", "Versions of models that answer; 1", "model", () =>
    inService.current.ids.map(({ name, version }) => [modelReference(name, version), 1] as const),
  );
  metrics.gaugeBy(
    "inkling_model_changes",
    "Versions that came, went or were refused since the start",
    "kind",
    () => Object.entries(watch.counts),
  );
}

/** What was last found of the features, by feature. */
function tellFeatureHealth(metrics: Metrics, report: () => HealthReport | undefined): void {
  const tell = (name: string, help: string, read: (feature: FeatureHealth) => number | null): void =>
    metrics.gaugeBy(name, help, "feature", () =>
      (report()?.features ?? []).flatMap((feature) => {
        const value = read(feature);
        return value === null ? [] : [[feature.name, value] as const];
      }),
    );
  tell("inkling_feature_skew", "People whose served value is not what the log says; 0", ({ skew }) => skew);
  tell("inkling_feature_null_rate", "Part of the people without a value", ({ nullRate }) => nullRate);
  tell(
    "inkling_feature_age_seconds",
    "Median age of the newest event reflected",
    (feature) => feature.freshnessSeconds,
  );
  tell(
    "inkling_feature_stability_index",
    "PSI against the baseline, of numbers, values, elements, keys, places or projections",
    (feature) => feature.stabilityIndex,
  );
  tell(
    "inkling_feature_stability_by_chance",
    "What the index reaches by chance alone, from samples of these sizes, 5 times of 100",
    (feature) => feature.indexByChance,
  );
  metrics.gaugeBy(
    "inkling_feature_state_bytes",
    "What the features of a person take in the state, of those looked at",
    "of",
    () => Object.entries(report()?.stateBytes.people ?? {}),
  );
  metrics.gaugeBy(
    "inkling_feature_coverage",
    "Part of the people with every feature of a service",
    "service",
    () => Object.entries(report()?.coverage ?? {}),
  );
}
