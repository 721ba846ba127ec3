import type { PulseResponse, PulseSecond } from "#api";
import { countOf, formatClock, formatMs, formatShort, joinWords } from "./format.ts";

/** Seconds of which the rate is told. */
const RATE_SECONDS = 10;

/** Events a second over the last whole seconds; the newest is still filling. */
export function rateOf(seconds: readonly PulseSecond[]): number {
  const whole = seconds.slice(-RATE_SECONDS - 1, -1);
  return whole.length === 0 ? 0 : whole.reduce((sum, second) => sum + eventsIn(second), 0) / whole.length;
}

export function eventsIn({ events }: PulseSecond): number {
  return Object.values(events).reduce((sum, count) => sum + count, 0);
}

/** What the platform counts together, because there were too many names. */
const OTHERS = "others";

/** Names of events by how often they came, the rest under one. */
export function busiestNames(seconds: readonly PulseSecond[], most: number): readonly string[] {
  const totals = new Map<string, number>();
  for (const { events } of seconds)
    for (const [name, count] of Object.entries(events)) totals.set(name, (totals.get(name) ?? 0) + count);
  totals.delete(OTHERS);
  return [...totals]
    .sort(([, left], [, right]) => right - left)
    .slice(0, most)
    .map(([name]) => name);
}

/** The title of Pulse: what goes on, in one sentence. */
export function pulseSentence({ fault, seconds, freshness }: PulseResponse): string {
  if (fault !== null) return `Not serving: ${fault}`;
  const rate = rateOf(seconds);
  const total = seconds.reduce((sum, second) => sum + eventsIn(second), 0);
  if (total === 0) return "Nothing is coming in";
  const speed =
    rate >= 1
      ? `${formatShort(Math.round(rate))} events a second`
      : `${countOf(total, "event")} in two minutes`;
  return freshness.p99 === null ? speed : `${speed}, readable ${formatMs(freshness.p99)} after they arrive`;
}

/** A version of a model that came, went or was refused. */
export function changeSentence({ kind, model, at, reason }: PulseResponse["changes"][number]): string {
  const when = formatClock(at);
  switch (kind) {
    case "in-service":
      return `${model} answers since ${when}`;
    case "out-of-service":
      return `${model} answers no more since ${when}`;
    case "refused":
      return `${model} was refused at ${when}: ${reason ?? "no reason was given"}`;
  }
}

/** What is wrong, one sentence each; none when nothing is. */
export function pulseFaults(pulse: PulseResponse): readonly string[] {
  const failing = pulse.latencies.filter(({ errors }) => errors > 0);
  const errors = failing.reduce((sum, route) => sum + route.errors, 0);
  const rejected = pulse.seconds.reduce((sum, second) => sum + second.rejected, 0);
  return [
    ...(pulse.fault === null ? [] : [pulse.fault]),
    ...(errors === 0
      ? []
      : [
          `${countOf(errors, "answer")} failed in the last five minutes: ${joinWords(failing.map(({ route }) => route))}`,
        ]),
    ...(rejected === 0 ? [] : [`${countOf(rejected, "event")} rejected in the last two minutes`]),
    ...(pulse.lagRecords > 10_000 ? [`${countOf(pulse.lagRecords, "record")} wait to be applied`] : []),
    ...refusedLast(pulse.changes).map(changeSentence),
  ];
}

/** Models whose newest version was refused: an older one answers instead. */
function refusedLast(changes: PulseResponse["changes"]): PulseResponse["changes"] {
  const nameOf = (model: string): string => model.slice(0, model.lastIndexOf("@"));
  const newest = new Map(changes.toReversed().map((change) => [nameOf(change.model), change])); // they are told newest first
  return [...newest.values()].filter(({ kind }) => kind === "refused");
}
