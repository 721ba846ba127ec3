import { useQuery } from "@tanstack/react-query";
import type { FeatureHealthResponse, FeaturesResponse } from "#api";
import { useAddress } from "../../client/address.ts";
import { featureHealthQuery, featuresQuery } from "../../client/queries.ts";
import { Copyable } from "../../ui/copy.tsx";
import { SearchField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { At } from "../../ui/time.tsx";
import { countOf, formatCount } from "../../words/format.ts";
import { Catalogue } from "./catalogue.tsx";
import { FeatureDetails } from "./feature-details.tsx";
import { paritySentence } from "./feature-words.ts";
import styles from "./features.module.css";

/** Between questions: before the first look is over, and after. */
const SOON_MS = 4000;
const LATER_MS = 30_000;

/** The catalogue of features: what each means, how it is spread, whether it is what the log says. */
export default function FeaturesPage() {
  const query = useQuery(featuresQuery);
  const health = useQuery({
    ...featureHealthQuery,
    refetchInterval: ({ state: { data } }) => (data?.at ? LATER_MS : SOON_MS),
  });
  return (
    <Page
      name="Features"
      title={query.data ? titleOf(query.data, health.data) : "Features"}
      lead={
        health.data?.at && query.data?.features.length !== 0 ? (
          <Looked health={health.data} at={health.data.at} />
        ) : undefined
      }
    >
      <Loaded query={query} lines={8} height={26}>
        {(features) => (
          <>
            {features.notApplied && <NotApplied change={features.notApplied} />}
            {features.features.length > 0 ? (
              <Features features={features} health={health.data} />
            ) : (
              !features.notApplied && <NoneDeclared />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function titleOf(
  { features, notApplied }: FeaturesResponse,
  health: FeatureHealthResponse | undefined,
): string {
  if (features.length === 0)
    return notApplied
      ? `${countOf(notApplied.added.length, "feature")} declared, none applied yet`
      : "No feature is declared yet";
  const count = countOf(features.length, "feature");
  return health?.at ? `${count}, ${paritySentence(health)}` : count;
}

function Looked({ health, at }: { readonly health: FeatureHealthResponse; readonly at: string }) {
  return (
    <>
      {formatCount(health.compared)} values of {countOf(health.people, "person", "people")} were compared with
      the log, <At time={at} />.
    </>
  );
}

function Features(props: {
  readonly features: FeaturesResponse;
  readonly health: FeatureHealthResponse | undefined;
}) {
  const { features, health } = props;
  const [address, change] = useAddress();
  const search = address.get("search") ?? "";
  const wanted = search.trim().toLowerCase();
  const found = features.features.filter(({ name, view }) =>
    `${view}:${name}`.toLowerCase().includes(wanted),
  );
  const shown = found.find(({ name }) => name === address.get("feature")) ?? found[0];
  return (
    <div className={styles["columns"]}>
      <div>
        <div className={styles["search"]}>
          <SearchField
            label="Search by name or view"
            value={search}
            onValue={(value) => change({ search: value })}
          />
        </div>
        {found.length === 0 ? (
          <Empty title={`No feature is called “${search}”`} />
        ) : (
          <Catalogue
            features={found}
            health={health}
            shown={shown}
            onShow={({ name }) => change({ feature: name })}
          />
        )}
      </div>
      {shown && <FeatureDetails feature={shown} features={features} health={health} />}
    </div>
  );
}

const EXAMPLE = `import { count, defineConfig, event, events, feature } from "inkling";

export default defineConfig({
  features: [
    feature("saves_7d", { from: events("save"), aggregate: count(), window: "7d" }),
    feature("saves_by_surface_28d", {
      from: events("save"), aggregate: count(), window: "28d", by: event.surface,
    }),
  ],
});`;

type Change = NonNullable<FeaturesResponse["notApplied"]>;

/** What is declared and not served, and how it comes to be. */
function NotApplied({ change }: { readonly change: Change }) {
  const { added, removed, changed, needsBackfill } = change;
  const parts = [
    { names: added, words: "added" },
    { names: changed, words: "defined otherwise; served as before until then" },
    { names: removed, words: "no longer declared; served until then" },
  ].filter(({ names }) => names.length > 0);
  return (
    <Panel
      title="Declared, not applied"
      note={`stop the server first${needsBackfill ? "; all events are read once" : ""}`}
    >
      <ul>
        {parts.map(({ names, words }) => (
          <li key={words}>
            {names.slice(0, NAMES_SHOWN).join(", ")}
            {names.length > NAMES_SHOWN && ` and ${names.length - NAMES_SHOWN} more`}: {words}
          </li>
        ))}
      </ul>
      <Copyable label="Command" text="inkling features apply" />
    </Panel>
  );
}

const NAMES_SHOWN = 12;

function NoneDeclared() {
  return (
    <Panel title="Declare one" note="in inkling.config.ts; online and in training sets it is the same number">
      <Copyable label="inkling.config.ts" text={EXAMPLE} />
    </Panel>
  );
}
