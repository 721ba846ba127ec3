import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { PopulationResponse } from "#api";
import { useAddress } from "../../client/address.ts";
import { isNotMadeYet } from "../../client/http.ts";
import { populationQuery } from "../../client/population.ts";
import { Chart } from "../../ui/chart.tsx";
import { TopicChip } from "../../ui/chip.tsx";
import { Distribution } from "../../ui/distribution.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { PlainTable } from "../../ui/plain-table.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { countOf, formatCount, formatDay, formatProbability, formatShare } from "../../words/format.ts";
import { groupWords, type Slice, sliceOf, sliceWords, withValue } from "../../words/slices.ts";
import { targetWords } from "../../words/targets.ts";
import styles from "./groups.module.css";
import { NotSurveyed } from "./not-surveyed.tsx";
import { ViewSwitch } from "./view-switch.tsx";

/** Slices of everybody: how many they are, how they use the product over time, what they like more than others, what is foretold. */
export function Groups() {
  const [address, change] = useAddress();
  const slice = sliceOf(address);
  const query = useQuery(populationQuery(slice));
  return (
    <Page
      name="People"
      title={query.data ? titleOf(query.data, slice) : "Groups of people"}
      lead={query.data && leadOf(query.data)}
      actions={<ViewSwitch />}
    >
      {isNotMadeYet(query.error) ? (
        <NotSurveyed />
      ) : (
        <Loaded query={query} lines={12} height={24}>
          {(population) => (
            <div className={styles["columns"]}>
              <Facets population={population} slice={slice} onSlice={change} />
              <Described population={population} />
            </div>
          )}
        </Loaded>
      )}
    </Page>
  );
}

/** "146 people: core, 25-34": who is looked at. */
function titleOf({ people }: PopulationResponse, slice: Slice): string {
  const count = countOf(people, "person", "people");
  const words = sliceWords(slice);
  return words.length === 0 ? `${count}, all of them` : `${count}: ${words.join(", ")}`;
}

function leadOf({ people, total, isComplete }: PopulationResponse): string {
  const share = formatShare(people / Math.max(1, total));
  return `${share} of ${countOf(total, "person", "people")}${isComplete ? "" : " that were looked at"}. Choose values to look at fewer.`;
}

/** Of more values the rest is shown when it is asked for. */
const VALUES = 7;

function Facets(props: {
  readonly population: PopulationResponse;
  readonly slice: Slice;
  readonly onSlice: (changes: Readonly<Record<string, string | undefined>>) => void;
}) {
  const { population, slice, onSlice } = props;
  return (
    <div className={styles["groups"]}>
      {population.groups.map((group) => (
        <Facet key={group.name} group={group} slice={slice} onSlice={onSlice} />
      ))}
    </div>
  );
}

function Facet(props: {
  readonly group: PopulationResponse["groups"][number];
  readonly slice: Slice;
  readonly onSlice: (changes: Readonly<Record<string, string | undefined>>) => void;
}) {
  const { group, slice, onSlice } = props;
  const { name, values } = group;
  const [isWhole, setWhole] = useState(false);
  const top = Math.max(1, ...values.map(({ people }) => people));
  // Of many the most common are seen; few are in the order they are told in, which means something.
  const isCut = values.length > VALUES && !isWhole;
  const shown =
    values.length > VALUES ? values.toSorted((left, right) => right.people - left.people) : values;
  const seen = isCut
    ? shown.filter(({ value }, n) => n < VALUES || withValue(slice, name, value).isChosen)
    : shown;
  return (
    <section aria-label={groupWords(name)}>
      <h3>{groupWords(name)}</h3>
      <ul>
        {seen.map(({ value, people }) => {
          const { isChosen, changes } = withValue(slice, name, value);
          return (
            <li key={value}>
              <button type="button" aria-pressed={isChosen} onClick={() => onSlice(changes)}>
                <i style={{ width: `${(100 * people) / top}%` }} />
                <bdi>{value}</bdi>
                <span>{formatCount(people)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {values.length > VALUES && (
        <button type="button" className={styles["more"]} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "fewer" : `${values.length - seen.length} more`}
        </button>
      )}
    </section>
  );
}

function Described({ population }: { readonly population: PopulationResponse }) {
  const { people, isTooSmall, leastPeople, interests, predictions } = population;
  if (isTooSmall)
    return (
      <Empty title={`${countOf(people, "person", "people")}: too few to say more`}>
        Of fewer than {leastPeople} people nothing but their number is told, so that nobody is told apart in
        it.
      </Empty>
    );
  return (
    <div className={styles["described"]}>
      <States population={population} />
      <Panel title="Interests" note="lift: how much more common than among everybody">
        <PlainTable
          label="Interests"
          maxHeight={360}
          header={["interest", "people", "of them", "mean share", "lift"]}
          rows={interests.map(({ interestId, label, people: count, part, meanShare, lift }) => [
            <TopicChip key={interestId} topic={label} />,
            formatCount(count),
            formatShare(part),
            formatShare(meanShare),
            <b key="lift" data-high={lift >= 1.5}>{`${lift.toFixed(1)}×`}</b>,
          ])}
        />
      </Panel>
      {predictions.length > 0 && (
        <Panel title="Foretold" note="how these people are spread from 0 to 1; the line is their mean">
          <div className={styles["predictions"]}>
            {predictions.map((prediction) => (
              <Foretold key={prediction.target} {...prediction} />
            ))}
          </div>
        </Panel>
      )}
    </div>
  );
}

function Foretold({ target, people, mean, bins }: PopulationResponse["predictions"][number]) {
  const drawn = useMemo(
    () => ({
      bounds: Array.from({ length: bins.length + 1 }, (_, n) => n / bins.length),
      shares: bins.map((count) => count / Math.max(1, people)),
    }),
    [bins, people],
  );
  return (
    <Distribution
      label={`Foretold, ${targetWords(target)}`}
      caption={
        <span>
          {targetWords(target)} <b>{formatProbability(mean)}</b>
        </span>
      }
      {...drawn}
      mark={mean}
    />
  );
}

const STATE_HUES = { core: 0, casual: 4, marginal: 1, new: 6, resurrected: 2, dormant: 8 } as const;

function States({ population: { days } }: { readonly population: PopulationResponse }) {
  const { at, series } = useMemo(
    () => ({
      at: days.map(({ day }) => Date.parse(day) / 1000),
      series: Object.entries(STATE_HUES).map(([state, hue]) => ({
        ...{ name: state, hue },
        values: days.map(({ counts }) => counts[state as keyof typeof STATE_HUES] ?? 0),
      })),
    }),
    [days],
  );
  if (days.length === 0) return null;
  return (
    <Panel title="States over time" note="people at the end of each day, UTC">
      <Chart
        label="States over time"
        at={at}
        series={series}
        unit="people"
        look="bars"
        height={180}
        formatAt={(seconds) => formatDay(1000 * seconds)}
      />
    </Panel>
  );
}
