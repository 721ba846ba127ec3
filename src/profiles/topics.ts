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

/**
 * The topics (tags of items) of the rows given, heaviest first. An engagement weighs `strength x exp(-lambda age)`. Rows of
 * impressions and of negative actions weigh nothing.
 */
export function topTopics(
  rows: readonly SequenceRow[],
  n: number,
  {
    catalogue,
    actions,
    asOfMs,
    isSensitive,
  }: {
    catalogue: Catalogue;
    actions: Actions;
    asOfMs: number;
    isSensitive: (tag: string) => boolean;
  },
): TopicShare[] {
  const topics = new Map<string, { weight: number; events: { id: string; weight: number }[] }>();
  let total = 0;
  for (const row of rows) {
    const strength = actions.named(catalogue.actions.nameOf(row.action))?.strength ?? 0;
    if (strength === 0 || !hasItem(row)) continue;
    const weight = strength * Math.exp((-DECAY_PER_DAY * (asOfMs - row.timestampMs)) / DAY_MS);
    total += weight;
    for (const topic of new Set(catalogue.at(row.itemRow).tags)) {
      if (isSensitive(topic)) continue;
      const entry = topics.get(topic) ?? { weight: 0, events: [] };
      entry.weight += weight;
      entry.events.push({ id: row.eventId, weight });
      topics.set(topic, entry);
    }
  }
  return [...topics]
    .sort(
      ([leftName, left], [rightName, right]) => right.weight - left.weight || (leftName < rightName ? -1 : 1),
    )
    .slice(0, n)
    .map(([topic, { weight, events }]) => ({
      topic,
      share: weight / total,
      eventCount: events.length,
      evidence: events
        .sort((left, right) => right.weight - left.weight)
        .slice(0, EVIDENCE_KEPT)
        .map(({ id }) => id),
    }));
}
