import { DAY_MS } from "#base";
import type { Actions, Catalogue } from "#events";
import { hasItem, type SequenceRow } from "#sequences";

/** A topic a person engages with, and the events that say so. */
export interface TopicShare {
  readonly topic: string;
  /** Part of the person's recency-weighted engagement that touches the topic, 0..1. Items have several topics: no sum to 1. */
  readonly share: number;
  readonly eventCount: number;
  /** Ids of the events that weigh most, heaviest first. */
  readonly evidence: readonly string[];
}

/** Decay of an engagement's weight per day (PinnerSage, Pal et al. 2020, section 4.2.3: lambda = 0.01). */
const DECAY_PER_DAY = 0.01;
const EVIDENCE_KEPT = 3;

/** What is looked at of a row. */
export type TopicRow = Pick<SequenceRow, "itemRow" | "action" | "timestampMs">;

/**
 * The topics (tags of items) of the rows given, heaviest first. An engagement weighs `strength x exp(-lambda age)`. Rows of
 * impressions, of negative actions and of items that nothing is inferred of weigh nothing.
 * @param eventIdOf asked of the few rows that are evidence
 */
export function topTopics<Row extends TopicRow>(
  rows: readonly Row[],
  n: number,
  {
    catalogue,
    actions,
    asOfMs,
    isUnsaid,
    eventIdOf,
  }: {
    catalogue: Catalogue;
    actions: Actions;
    asOfMs: number;
    isUnsaid: (itemRow: number) => boolean;
    eventIdOf: (row: Row) => string;
  },
): TopicShare[] {
  const tallies = new Map<string, Tally<Row>>();
  const strengths: number[] = [];
  let total = 0;
  for (const row of rows) {
    strengths[row.action] ??= actions.named(catalogue.actions.nameOf(row.action))?.strength ?? 0;
    const strength = strengths[row.action]!;
    if (strength === 0 || !hasItem(row) || isUnsaid(row.itemRow)) continue;
    const weight = strength * Math.exp((-DECAY_PER_DAY * (asOfMs - row.timestampMs)) / DAY_MS);
    total += weight;
    for (const topic of catalogue.at(row.itemRow).tags) {
      let tally = tallies.get(topic);
      if (!tally) {
        tally = { weight: 0, count: 0, last: undefined, heaviest: [] };
        tallies.set(topic, tally);
      }
      if (tally.last !== row) addTo(tally, row, weight); // an item may name a topic twice
    }
  }
  return [...tallies]
    .sort(
      ([leftName, left], [rightName, right]) => right.weight - left.weight || (leftName < rightName ? -1 : 1),
    )
    .slice(0, n)
    .map(([topic, { weight, count, heaviest }]) => ({
      topic,
      share: weight / total,
      eventCount: count,
      evidence: heaviest.map(({ row }) => eventIdOf(row)),
    }));
}

interface Tally<Row> {
  weight: number;
  count: number;
  /** The row counted last. */
  last: Row | undefined;
  /** Heaviest first, of equal ones the first met. */
  readonly heaviest: { readonly row: Row; readonly weight: number }[];
}

function addTo<Row>(tally: Tally<Row>, row: Row, weight: number): void {
  tally.weight += weight;
  tally.count++;
  tally.last = row;
  const { heaviest } = tally;
  let at = heaviest.length;
  while (at > 0 && heaviest[at - 1]!.weight < weight) at--;
  if (at >= EVIDENCE_KEPT) return;
  if (heaviest.length < EVIDENCE_KEPT) heaviest.push({ row, weight });
  for (let to = heaviest.length - 1; to > at; to--) heaviest[to] = heaviest[to - 1]!;
  heaviest[at] = { row, weight };
}
