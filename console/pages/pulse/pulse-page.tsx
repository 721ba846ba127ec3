import { useMemo } from "react";
import { Link } from "wouter";
import type { PulseResponse } from "#api";
import { usePulse } from "../../client/pulse.ts";
import { Chart } from "../../ui/chart.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { countOf, formatClock, formatCount, formatMs, formatShare, formatSpan } from "../../words/format.ts";
import { hueOfAction } from "../../words/palette.ts";
import {
  busiestNames,
  changeSentence,
  eventsIn,
  pulseFaults,
  pulseSentence,
} from "../../words/pulse-words.ts";
import { FirstEvent } from "./first-event.tsx";
import { Latencies } from "./latencies.tsx";
import { Latest } from "./latest.tsx";
import styles from "./pulse.module.css";

/** What goes on now, and whether it is well. */
export default function PulsePage() {
  const { pulse, error } = usePulse();
  if (!pulse)
    return (
      <Page name="Pulse" title={error ? "Pulse" : <span className="visually-hidden">Pulse</span>}>
        {error ? <Failure error={error} /> : <Skeleton lines={8} />}
      </Page>
    );
  const isQuiet = pulse.seconds.every((second) => eventsIn(second) === 0);
  return (
    <Page name="Pulse" title={pulseSentence(pulse)} lead={<Health pulse={pulse} error={error} />}>
      {isQuiet && pulse.latest.length === 0 ? <FirstEvent /> : <Traffic pulse={pulse} />}
      <div className={styles["columns"]}>
        <Latencies pulse={pulse} />
        <Facts pulse={pulse} />
      </div>
    </Page>
  );
}

function Health({ pulse, error }: { readonly pulse: PulseResponse; readonly error: unknown }) {
  if (error) return <span className={styles["bad"]}>The stream broke off; what is here is from before.</span>;
  const faults = pulseFaults(pulse);
  if (faults.length === 0) return <span>Nothing is wrong.</span>;
  return (
    <>
      {faults.map((fault) => (
        <span key={fault} className={styles["bad"]}>
          {fault}.{" "}
        </span>
      ))}
    </>
  );
}

const NAMED = 6;

function Traffic({ pulse }: { readonly pulse: PulseResponse }) {
  const { seconds } = pulse;
  const named = busiestNames(seconds, NAMED).join("\n");
  const { at, series } = useMemo(() => {
    const names = named === "" ? [] : named.split("\n");
    const others = seconds.map(
      (second) => eventsIn(second) - names.reduce((sum, name) => sum + (second.events[name] ?? 0), 0),
    );
    return {
      at: seconds.map((second) => second.at),
      series: [
        ...names.map((name) => ({
          name,
          hue: hueOfAction(name),
          values: seconds.map(({ events }) => events[name] ?? 0),
        })),
        ...(others.some((count) => count > 0) ? [{ name: "others", hue: 9, values: others }] : []),
      ],
    };
  }, [seconds, named]);
  return (
    <div className={styles["columns"]}>
      <Panel title="Events a second" note="by type, the last two minutes">
        <Chart
          label="Events a second"
          at={at}
          series={series}
          unit="events/s"
          look="bars"
          height={232}
          formatAt={(time) => formatClock(1000 * time)}
        />
      </Panel>
      <Latest events={pulse.latest} />
    </div>
  );
}

function Facts({ pulse }: { readonly pulse: PulseResponse }) {
  const { freshness, recommendations, models, rejections } = pulse;
  const lists = recommendations.personal + recommendations.coldStart;
  const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
  const upMs = (pulse.seconds.at(-1)?.at ?? 0) * 1000 - Date.parse(pulse.startedAt);
  return (
    <Panel title="State" note={`up for ${formatSpan(upMs)}`}>
      <dl className={styles["facts"]}>
        <dt>Event to signal</dt>
        <dd>
          {freshness.count === 0 ? (
            "no event in five minutes"
          ) : (
            <>
              p50 {formatMs(freshness.p50)}, p99 {formatMs(freshness.p99)}
            </>
          )}
        </dd>
        <dt>Waiting to be applied</dt>
        <dd>{countOf(pulse.lagRecords, "record")}</dd>
        <dt>Personal answers</dt>
        <dd>
          {lists === 0
            ? "no list asked for yet"
            : `${formatShare(recommendations.personal / lists)} of ${countOf(lists, "list")}`}
        </dd>
        <dt>Rejected and kept</dt>
        <dd>
          {rejected === 0
            ? "none"
            : Object.entries(rejections)
                .map(([reason, count]) => `${formatCount(count)} ${reason}`)
                .join(", ")}
        </dd>
        <dt>Answers people</dt>
        <dd>
          <Link href="/models">
            {models.personal.name} {models.personal.version}
          </Link>
        </dd>
        <dt>Answers strangers</dt>
        <dd>
          <Link href="/models">
            {models.coldStart.name} {models.coldStart.version}
          </Link>
        </dd>
        {pulse.changes[0] && (
          <>
            <dt>Changed last</dt>
            <dd>{changeSentence(pulse.changes[0])}</dd>
          </>
        )}
        <dt>Catalogue</dt>
        <dd>
          <Link href="/items">{countOf(pulse.items, "item")}</Link>
        </dd>
      </dl>
    </Panel>
  );
}
