import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import type { FeatureHealthResponse } from "#api";
import { featureHealthQuery, userFeaturesQuery } from "../../client/queries.ts";
import { SearchField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { formatTime } from "../../words/format.ts";
import { formatFeature } from "../../words/values.ts";
import { shareBelow } from "./feature-place.ts";
import styles from "./person.module.css";
import { peopleWords } from "./prediction-words.ts";

/** Shown until somebody searches: those that say something, for most say that nothing happened. */
const SHOWN = 12;

/** The person's features now: name, value, how old; each leads to its definition. Nothing where none is declared. */
export function PersonFeatures({ userId }: { readonly userId: string }) {
  const { data } = useQuery(userFeaturesQuery(userId));
  const { data: looked } = useQuery(featureHealthQuery);
  const health = useMemo(() => new Map(looked?.features.map((feature) => [feature.name, feature])), [looked]);
  const [search, setSearch] = useState("");
  const all = Object.entries(data ?? {});
  if (all.length === 0) return null;
  const wanted = search.trim().toLowerCase();
  const found = all.filter(([name, { value }]) =>
    wanted === "" ? value !== 0 && value !== null : name.toLowerCase().includes(wanted),
  );
  const shown = found.slice(0, SHOWN);
  return (
    <Panel title="Features" note={`${shown.length} of ${all.length}, now, as consumers read them`}>
      {all.length > SHOWN && <SearchField label="Search features" value={search} onValue={setSearch} />}
      <dl className={styles["features"]}>
        {shown.map(([name, { value, status, asOf }]) => (
          <div key={name}>
            <dt>
              <Link href={`/features?feature=${encodeURIComponent(name)}`}>{name}</Link>
            </dt>
            <dd title={asOf === null ? status : `${status}, as of ${formatTime(asOf)}`}>
              {status === "PRESENT" ? formatFeature(value) : status.toLowerCase().replaceAll("_", " ")}
              {status === "PRESENT" && <Place value={value} health={health.get(name)} />}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** Fewer below are not worth a word. */
const MANY = 0.5;

/** Where a high value lies among everybody's. */
function Place(props: {
  readonly value: unknown;
  readonly health: FeatureHealthResponse["features"][number] | undefined;
}) {
  const { value, health } = props;
  if (typeof value !== "number" || !health?.spread) return null;
  const below = shareBelow(value, health.spread);
  if (below < MANY) return null;
  return (
    <small className={styles["place"]} title="of the people looked at last">
      more than {peopleWords(below)}
    </small>
  );
}
