import { DAY_MS } from "#base";
import type { Actions, Catalogue } from "#events";
import { NumberTable } from "#numeric";
import { hasItem } from "#sequences";
import { insertHeaviest } from "./heaviest.ts";
import { ItemTags } from "./item-tags.ts";

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

/** What is looked at of rows, side by side, newest first. */
export interface TopicRows {
  readonly itemRows: readonly number[];
  readonly actions: readonly number[];
  readonly timesMs: readonly number[];
}

interface TopicContext {
  readonly catalogue: Catalogue;
  readonly actions: Actions;
  readonly asOfMs: number;
  /** Items that nothing is inferred of. */
  readonly isUnsaid: (itemRow: number) => boolean;
  /** Asked of the few rows that are evidence, by their place. */
  readonly eventIdAt: (place: number) => string;
}

/**
 * The topics (tags of items) of the rows given, heaviest first. An engagement weighs `strength x exp(-lambda age)`. Rows of
 * impressions, of negative actions and of items that nothing is inferred of weigh nothing.
 */
export function topTopics(rows: TopicRows, n: number, context: TopicContext): TopicShare[] {
  const tags = ItemTags.of(context.catalogue);
  const weights = weighRows(rows, context);
  const top = tally(rows.itemRows, weights, tags)
    .sort(
      (left, right) =>
        right.weight - left.weight || (tags.nameOf(left.tag) < tags.nameOf(right.tag) ? -1 : 1),
    )
    .slice(0, n);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const evidence = heaviestRows(rows.itemRows, weights, tags, top);
  return top.map(({ tag, weight, count }, at) => ({
    topic: tags.nameOf(tag),
    share: weight / total,
    eventCount: count,
    evidence: evidence[at]!.map(context.eventIdAt),
  }));
}

function weighRows(
  { itemRows, actions: codes, timesMs }: TopicRows,
  { catalogue, actions, asOfMs, isUnsaid }: TopicContext,
): Float64Array {
  const strengths: number[] = [];
  const weights = new Float64Array(itemRows.length);
  for (let at = 0; at < weights.length; at++) {
    const code = codes[at]!;
    strengths[code] ??= actions.named(catalogue.actions.nameOf(code))?.strength ?? 0;
    const strength = strengths[code]!;
    const itemRow = itemRows[at]!;
    if (strength === 0 || !hasItem({ itemRow }) || isUnsaid(itemRow)) continue;
    weights[at] = strength * Math.exp((-DECAY_PER_DAY * (asOfMs - timesMs[at]!)) / DAY_MS);
  }
  return weights;
}

interface Tally {
  readonly tag: number;
  weight: number;
  count: number;
}

/** Of each tag met. */
function tally(itemRows: readonly number[], weights: Float64Array, tags: ItemTags): Tally[] {
  const places = new NumberTable(weights.length);
  const tallies: Tally[] = [];
  for (let at = 0; at < weights.length; at++) {
    if (weights[at] === 0) continue;
    for (let next = tags.startOf(itemRows[at]!), tag = tags.at(next); tag >= 0; tag = tags.at(++next)) {
      const place = places.get(tag);
      if (place === undefined) {
        places.set(tag, tallies.length);
        tallies.push({ tag, weight: weights[at]!, count: 1 });
        continue;
      }
      tallies[place]!.weight += weights[at]!;
      tallies[place]!.count++;
    }
  }
  return tallies;
}

/** Of each of some tags the rows that weigh most, heaviest first, of equal ones the first met. */
function heaviestRows(
  itemRows: readonly number[],
  weights: Float64Array,
  tags: ItemTags,
  wanted: readonly Pick<Tally, "tag">[],
): number[][] {
  const places = new NumberTable(wanted.length);
  for (let at = 0; at < wanted.length; at++) places.set(wanted[at]!.tag, at);
  const heaviest = wanted.map((): number[] => []);
  for (let at = 0; at < weights.length; at++) {
    if (weights[at] === 0) continue;
    for (let next = tags.startOf(itemRows[at]!), tag = tags.at(next); tag >= 0; tag = tags.at(++next)) {
      const place = places.get(tag);
      if (place !== undefined) insertHeaviest(heaviest[place]!, at, weights, EVIDENCE_KEPT);
    }
  }
  return heaviest;
}
