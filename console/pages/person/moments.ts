import type { InterestBody, SequenceEvent } from "#api";

/** @file A person's events as the timeline needs them, and what can be said of them without drawing. */

export interface Moment {
  readonly id: string;
  readonly ms: number;
  readonly event: SequenceEvent;
  /** What it belongs to, and whose colour it has: the person's interest that its item is of, or the first of its item's tags. */
  readonly topic: string | undefined;
}

type Interests = readonly Pick<InterestBody, "label" | "path">[];

/** Oldest first, from a sequence, which is newest first. */
export function momentsOf(events: readonly SequenceEvent[], interests: Interests = []): readonly Moment[] {
  return events
    .map((event) => ({
      id: event.eventId,
      ms: Date.parse(event.timestamp),
      event,
      topic: interestOf(event.tags ?? [], interests) ?? event.tags?.[0],
    }))
    .reverse();
}

/** The interest named in the tags; else the largest that shares a topic below the top with them. */
export function interestOf(tags: readonly string[], interests: Interests): string | undefined {
  const named = interests.find(({ label }) => tags.includes(label));
  const near = named ?? interests.find(({ path }) => path.slice(1).some((topic) => tags.includes(topic)));
  return near?.label;
}

/** Those up to a time; all of them without one. */
export function momentsUntil(moments: readonly Moment[], time: string | undefined): readonly Moment[] {
  if (time === undefined) return moments;
  const untilMs = Date.parse(time);
  const next = moments.findLastIndex(({ ms }) => ms <= untilMs) + 1;
  return next === moments.length ? moments : moments.slice(0, next);
}

const IMPRESSION = "impression";

/** A row of the timeline. */
export interface Lane {
  readonly action: string;
  readonly count: number;
}

/** Actions in the order of their lanes: the rarest, which say most, at the top, impressions at the foot. */
export function lanesOf(moments: readonly Moment[]): readonly Lane[] {
  const counts = countBy(moments, ({ event }) => event.action);
  return [...counts]
    .map(([action, count]) => ({ action, count }))
    .sort(
      (left, right) =>
        Number(left.action === IMPRESSION) - Number(right.action === IMPRESSION) || left.count - right.count,
    );
}

export function surfacesOf(moments: readonly Moment[]): readonly string[] {
  const counts = countBy(moments, ({ event }) => event.surface);
  return [...counts].sort(([, left], [, right]) => right - left).map(([surface]) => surface);
}

function countBy(
  moments: readonly Moment[],
  nameOf: (moment: Moment) => string | undefined,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const moment of moments) {
    const name = nameOf(moment);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Topics engaged with most, impressions not counted. */
export function mainTopics(moments: readonly Moment[], most: number): readonly string[] {
  const engaged = moments.filter(({ event }) => event.action !== IMPRESSION);
  const counts = countBy(engaged.length > 0 ? engaged : moments, ({ topic }) => topic);
  return [...counts]
    .sort(([leftName, left], [rightName, right]) => right - left || (leftName < rightName ? -1 : 1))
    .slice(0, most)
    .map(([topic]) => topic);
}

/** A visit ends when nothing comes for so long. */
const VISIT_GAP_MS = 30 * 60_000;

/** From the first to the last event of each visit. */
export function visitsOf(moments: readonly Moment[]): readonly (readonly [fromMs: number, toMs: number])[] {
  const visits: [number, number][] = [];
  for (const { ms } of moments) {
    const visit = visits.at(-1);
    if (visit && ms - visit[1] <= VISIT_GAP_MS) visit[1] = ms;
    else visits.push([ms, ms]);
  }
  return visits;
}

/** Of the bell in which an engagement counts before and after it happened, at least; a long history gets a wider one. */
const SPREAD_MS = 86_400_000;
const SPREAD_PART = 1 / 45;

/**
 * How engagement is divided between topics over time: for each topic its part of all engagement at each of `bins` moments,
 * smoothed, so that one event does not make a spike. What belongs to no topic of the list is left out of it, not of the whole.
 */
export function ribbonsOf(
  moments: readonly Moment[],
  topics: readonly string[],
  { fromMs, toMs, bins }: { readonly fromMs: number; readonly toMs: number; readonly bins: number },
): readonly Float64Array[] {
  const place = new Map(topics.map((topic, n) => [topic, n]));
  const counts = topics.map(() => new Float64Array(bins));
  const totals = new Float64Array(bins);
  const binMs = (toMs - fromMs) / bins || 1;
  for (const { ms, event, topic } of moments) {
    if (event.action === IMPRESSION) continue;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((ms - fromMs) / binMs)));
    totals[bin]!++;
    const n = topic === undefined ? undefined : place.get(topic);
    if (n !== undefined) counts[n]![bin]!++;
  }
  const spread = Math.max(SPREAD_MS, (toMs - fromMs) * SPREAD_PART) / binMs;
  const whole = smooth(totals, spread);
  return counts.map((count) =>
    smooth(count, spread).map((sum, bin) => (whole[bin]! > 0 ? sum / whole[bin]! : 0)),
  );
}

/** Each bin as the sum of all, weighed by a bell of the given spread in bins. */
function smooth(counts: Float64Array, spread: number): Float64Array {
  const smoothed = new Float64Array(counts.length);
  for (const [from, count] of counts.entries()) {
    if (count === 0) continue;
    for (let bin = 0; bin < counts.length; bin++)
      smoothed[bin]! += count * Math.exp(-0.5 * ((bin - from) / spread) ** 2);
  }
  return smoothed;
}

/** How much was done in each of so many parts of the time, 0 to 1 of the fullest; a root, so that a quiet day is seen beside a busy one. */
export function densityOf(
  moments: readonly Moment[],
  { fromMs, toMs, bins }: { readonly fromMs: number; readonly toMs: number; readonly bins: number },
): readonly number[] {
  const counts = new Float64Array(bins);
  for (const { ms } of moments) {
    const bin = Math.floor((bins * (ms - fromMs)) / (toMs - fromMs || 1));
    if (bin >= 0 && bin <= bins) counts[Math.min(bins - 1, bin)]!++;
  }
  const top = Math.max(1, ...counts);
  return Array.from(counts, (count) => Math.sqrt(count / top));
}
