import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import type { FeatureHealthResponse, UserFeatureCourseResponse } from "#api";
import { featureHealthQuery, userFeatureCourseQuery, userFeaturesQuery } from "../../client/queries.ts";
import { Chart } from "../../ui/chart.tsx";
import { SearchField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
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
  const [opened, open] = useState<string>();
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
              <button
                type="button"
                className={styles["aside"]}
                aria-expanded={opened === name}
                aria-label={`${name} over time`}
                onClick={() => open(opened === name ? undefined : name)}
              >
                over time
              </button>
            </dt>
            <dd title={asOf === null ? status : `${status}, as of ${formatTime(asOf)}`}>
              {status === "PRESENT" ? formatFeature(value) : status.toLowerCase().replaceAll("_", " ")}
              {status === "PRESENT" && <Place value={value} health={health.get(name)} />}
            </dd>
            {opened === name && (
              <dd className={styles["over"]}>
                <OverTime userId={userId} name={name} />
              </dd>
            )}
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** The feature's value as it was, from their first event to now. */
function OverTime({ userId, name }: { readonly userId: string; readonly name: string }) {
  const query = useQuery(userFeatureCourseQuery(userId, name));
  return (
    <Loaded query={query} lines={4} height={24}>
      {({ past }) => <Past name={name} past={past} />}
    </Loaded>
  );
}

function Past({ name, past }: Pick<UserFeatureCourseResponse, "name" | "past">) {
  const drawn = useMemo(
    () => ({
      at: past.map(({ at }) => Date.parse(at) / 1000),
      series: [{ name, hue: 0, values: past.map(({ value }) => (typeof value === "number" ? value : null)) }],
    }),
    [name, past],
  );
  if (past.length === 0)
    return <Notice>What it is made of is summed up as it comes, so no earlier value is kept.</Notice>;
  if (past.every(({ value }) => typeof value !== "number"))
    return <Notice>Its values are no numbers; the newest is the one above.</Notice>;
  return (
    <Chart
      label={`${name} over time`}
      {...drawn}
      unit="as of each moment"
      look="lines"
      height={120}
      formatAt={(seconds) => formatTime(1000 * seconds)}
    />
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
