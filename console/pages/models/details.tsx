import type { ReactNode } from "react";
import type { ModelBody } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { countOf, formatBytes, formatCount, formatDay } from "../../words/format.ts";
import { formatFit, formatMetric, formatSetting, roleOf } from "./model-words.ts";
import styles from "./models.module.css";

/** One version: what it is, what it learned from, with which settings, and how well. */
export function Details({ model }: { readonly model: ModelBody }) {
  const { name, version, kind, data, config, metrics, seed, code, dimension, fitSeconds, bytes } = model;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["serves", roleOf(model)],
    ["kind", kind],
    ["people", formatCount(data.users)],
    ["items", formatCount(data.items)],
    ["interactions", formatCount(data.interactions)],
    ["events until", formatDay(data.until)],
    ["fitted in", formatFit(fitSeconds)],
    ["size", formatBytes(bytes)],
    ["seed", seed ?? "–"],
    ["vectors of", dimension === null ? "none" : countOf(dimension, "number")],
    ["code", code ? `${code.version}${code.commit === null ? "" : ` at ${code.commit.slice(0, 9)}`}` : "–"],
  ];
  return (
    <Panel title={`${name} ${version}`} note="what it learned from, and with which settings">
      <div className={styles["lists"]}>
        <List entries={facts} />
        <List
          title="Settings"
          none="none: it has nothing to set"
          entries={Object.entries(config).map(([key, value]) => [key, formatSetting(value)] as const)}
        />
        <List
          title="Metrics"
          none="not measured when it was fitted; inkling evaluate measures by a published protocol"
          entries={Object.entries(metrics).map(([key, value]) => [key, formatMetric(value)] as const)}
        />
      </div>
    </Panel>
  );
}

function List(props: {
  readonly title?: string;
  readonly none?: string;
  readonly entries: readonly (readonly [string, ReactNode])[];
}) {
  const { title, none, entries } = props;
  return (
    <div>
      {title !== undefined && <h3>{title}</h3>}
      {entries.length === 0 ? (
        <p className={styles["none"]}>{none}</p>
      ) : (
        <dl className={styles["facts"]}>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
