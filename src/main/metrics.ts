import { Metrics } from "#serving";
import { watchServedLists } from "./discovery.ts";
import type { Platform } from "./platform.ts";

/** What the platform tells of itself beside what its routes count. */
export function createMetrics({
  catalogue,
  applier,
  clock,
  deadLetters,
  servedLists,
}: Pick<Platform, "catalogue" | "applier" | "clock" | "deadLetters" | "servedLists">): Metrics {
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
  return metrics;
}
