import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { PopulationResponse } from "#api";
import { useAddress } from "../../client/address.ts";
import { isNotReady } from "../../client/http.ts";
import { populationQuery } from "../../client/population.ts";
import { Chart } from "../../ui/chart.tsx";
import { TopicChip } from "../../ui/chip.tsx";
import { Histogram } from "../../ui/histogram.tsx";
import { Panel } from "../../ui/panel.tsx";
import { PlainTable } from "../../ui/plain-table.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { countOf, formatCount, formatDay, formatProbability, formatShare } from "../../words/format.ts";
import { groupWords, type Slice, sliceOf, withValue } from "../../words/slices.ts";
import { targetWords } from "../../words/targets.ts";
import styles from "./cohorts.module.css";

/** Slices of everybody: how many they are, how they use the product over time, what they like more than others, what is foretold. */
export function Cohorts() {
  const [address, change] = useAddress();
  const slice = sliceOf(address);
  const query = useQuery(populationQuery(slice));
  if (isNotReady(query.error))
    return <Empty title="Everybody is being looked at">{query.error.message}</Empty>;
  return (
    <Loaded query={query} lines={12} height={24}>
      {(population) => (
        <div className={styles["columns"]}>
          <Groups population={population} slice={slice} onSlice={change} />
          <Described population={population} />
        </div>
      )}
    </Loaded>
  );
}

function Groups(props: {
  readonly population: PopulationResponse;
  readonly slice: Slice;
  readonly onSlice: (changes: Readonly<Record<string, string | undefined>>) => void;
}) {
  const { population, slice, onSlice } = props;
  return (
    <div className={styles["groups"]}>
      {population.groups.map(({ name, values }) => {
        const top = Math.max(1, ...values.map(({ people }) => people));
        return (
          <section key={name} aria-label={groupWords(name)}>
            <h3>{groupWords(name)}</h3>
            <ul>
              {values.map(({ value, people }) => {
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
          </section>
        );
      })}
    </div>
  );
}

function Described({ population }: { readonly population: PopulationResponse }) {
  const { people, total, isTooSmall, leastPeople, interests, predictions } = population;
  if (isTooSmall)
    return (
      <Empty title={`${countOf(people, "person", "people")}: too few to say more`}>
        Of fewer than {leastPeople} people nothing but their number is told, so that nobody is told apart in
        it.
      </Empty>
    );
  return (
    <div className={styles["described"]}>
      <p className={styles["size"]}>
        <b>{formatCount(people)}</b> of {countOf(total, "person", "people")},{" "}
        {formatShare(people / Math.max(1, total))}
        {!population.isComplete && " of those looked at"}
      </p>
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
          <ul className={styles["predictions"]}>
            {predictions.map(({ target, mean, bins }) => (
              <li key={target}>
                <span>{targetWords(target)}</span>
                <b>{formatProbability(mean)}</b>
                <Histogram
                  label={`${targetWords(target)}: mean ${formatProbability(mean)}`}
                  bins={bins}
                  value={mean}
                />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
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
