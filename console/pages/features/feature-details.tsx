import { Link } from "wouter";
import type { FeatureHealthResponse, FeaturesResponse } from "#api";
import { Tag } from "../../ui/chip.tsx";
import { Copyable } from "../../ui/copy.tsx";
import { Distribution } from "../../ui/distribution.tsx";
import { Panel } from "../../ui/panel.tsx";
import { formatShare, formatSpan } from "../../words/format.ts";
import { Course } from "./course.tsx";
import {
  driftWords,
  type Feature,
  type FeatureHealth,
  measureWords,
  sourcesOf,
  textAt,
} from "./feature-words.ts";
import styles from "./features.module.css";

/** One feature: its definition, what it is made of, and who asks for it. */
export function FeatureDetails(props: {
  readonly feature: Feature;
  readonly features: FeaturesResponse;
  readonly health: FeatureHealthResponse | undefined;
}) {
  const { feature, features, health } = props;
  const services = Object.entries(features.services).flatMap(([name, members]) =>
    members.includes(feature.name) ? [name] : [],
  );
  const readers = features.features.flatMap((other) =>
    other.kind !== "aggregate" && sourcesOf(other).includes(feature.name) ? [other.name] : [],
  );
  const found = health?.features.find(({ name }) => name === feature.name);
  const skewed = found?.skewedUser;
  const owner = textAt(feature.definition, "owner");
  const description = textAt(feature.definition, "description");
  return (
    <Panel title={feature.name} note={`${feature.view}, version ${feature.version.slice(0, 8)}`}>
      <div className={styles["details"]}>
        {description !== undefined && <p>{description}</p>}
        {owner !== undefined && <p>owned by {owner}</p>}
        {skewed !== undefined && (
          <p className={styles["bad"]}>
            What is served of <Link href={`/people/${encodeURIComponent(skewed)}`}>{skewed}</Link> is not what
            the log says.
          </p>
        )}
        {found && <Values found={found} />}
        {health?.at && <Course feature={feature} at={health.at} />}
        <Lineage columns={[sourcesOf(feature), [feature.name], [...readers, ...services]]} />
        <Copyable label="Definition" text={JSON.stringify(feature.definition, null, 2)} />
      </div>
    </Panel>
  );
}

/** How its values lie now beside the reference. */
function Values({ found }: { readonly found: FeatureHealth }) {
  const { name, spread, nullRate, freshnessSeconds, entity } = found;
  const who = entity === "item" ? "items" : "people";
  const age = freshnessSeconds === null ? undefined : formatSpan(1000 * freshnessSeconds);
  const facts = [
    ...(found.stabilityIndex === null ? [] : [`drift ${driftWords(found)}`]),
    `${formatShare(nullRate)} of ${who} without a value`,
    ...(age === undefined ? [] : [`newest event ${age} old at the median`]),
  ];
  if (!spread)
    return (
      <p>
        {facts.join(", ")}. Drift is told {measureWords[found.measure]}.
      </p>
    );
  return (
    <div>
      <Distribution
        label={`Values of ${name}`}
        caption={
          <span className={styles["key"]}>
            <i /> now{spread.before && <b />}
            {spread.before && " reference"}, part of {who}
          </span>
        }
        bounds={spread.bounds}
        shares={spread.now}
        {...(spread.before && { before: spread.before })}
        absent={nullRate}
        hasTail
      />
      <p className={styles["looks"]}>{facts.join(", ")}.</p>
    </div>
  );
}

const TITLES = ["made of", "feature", "read by"] as const;

/** From left to right: what a feature is made of, itself, and what reads it. */
function Lineage({ columns }: { readonly columns: readonly (readonly string[])[] }) {
  return (
    <ol className={styles["lineage"]} aria-label="Lineage">
      {columns.map((names, n) => (
        <li key={TITLES[n]}>
          <small>{TITLES[n]}</small>
          {names.length === 0 ? (
            <span>nothing declared</span>
          ) : (
            names.map((name) => <Tag key={name}>{name}</Tag>)
          )}
        </li>
      ))}
    </ol>
  );
}
