import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { userFeaturesQuery } from "../../client/queries.ts";
import { SearchField } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { formatTime } from "../../words/format.ts";
import { formatFeature } from "../../words/values.ts";
import styles from "./person.module.css";

/** Shown until somebody searches: those that say something, for most say that nothing happened. */
const SHOWN = 12;

/** The person's features now: name, value, how old; each leads to its definition. Nothing where none is declared. */
export function PersonFeatures({ userId }: { readonly userId: string }) {
  const { data } = useQuery(userFeaturesQuery(userId));
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
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
