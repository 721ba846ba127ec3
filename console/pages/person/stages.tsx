import type { ReactNode } from "react";
import type { RecommendationResponse } from "#api";
import { PlainTable } from "../../ui/plain-table.tsx";
import { formatCount, formatMs } from "../../words/format.ts";
import styles from "./person.module.css";

type Trace = NonNullable<RecommendationResponse["stages"]>;

/** Which way the list went: who proposed items, what left some out, and who put the rest in order. */
export function Stages({ stages }: { readonly stages: Trace }) {
  return (
    <details className={styles["stages"]}>
      <summary>How this list came about, in {formatMs(stages.ms)}</summary>
      <PlainTable
        label="Stages of the list"
        maxHeight={360}
        header={["stage", "items in", "went on", "took"]}
        rows={rowsOf(stages)}
      />
    </details>
  );
}

function rowsOf({ sources, filters, scorer, selector, hydrators }: Trace): readonly (readonly ReactNode[])[] {
  return [
    ...sources.map(({ name, outcome, proposed, kept, unique, ms }) => [
      `source: ${name}`,
      formatCount(proposed),
      outcome === "ok" ? `${formatCount(kept)}, ${formatCount(unique)} from nowhere else` : outcome,
      formatMs(ms),
    ]),
    ...filters.map((filter) => [
      `filter: ${filter.name}`,
      formatCount(filter.in),
      formatCount(filter.kept),
      "–",
    ]),
    ...[
      ...(scorer ? [{ role: "scorer", ...scorer }] : []),
      { role: "selector", ...selector },
      ...hydrators.map((hydrator) => ({ role: "hydrator", ...hydrator })),
    ].map(({ role, name, in: came, kept, ms }) => [
      `${role}: ${name}`,
      formatCount(came),
      formatCount(kept),
      formatMs(ms),
    ]),
  ];
}
