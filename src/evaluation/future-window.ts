import { DAY_MS, PlatformError } from "#base";
import { historyAt, type Interactions, keepWhere } from "#sequences";
import { dividePeople, keepPeople } from "./divide-people.ts";
import type { EvaluationCase, EvaluationData, EvaluationTask, Protocol, TaskOptions } from "./task.ts";
import { requireCases } from "./task-checks.ts";

/**
 * @file What people will want in the fourteen days after a moment, from what they did until then (PinnerFormer, Pancha et
 * al. 2022, section 4.1). Wanted is what gets a strong action (like, bookmark, comment; any action where the data has none
 * of these) and was never touched before.
 *
 * `future`: everybody is learned from until the last fourteen days, which are asked. `future-disjoint`: other people are
 * asked than those learned from, at every fourteenth day. `staleness-once`, `-daily` and `-now` ask those other people one
 * wanted item at a time, when they first touch it, and show the model what they had done by the start of the fourteen days,
 * of the day, or of that very moment: what a vector that is made so often knows.
 *
 * **Where we differ.** Where people are disjoint, those learned from are seen for the whole time, also after the moments that
 * are asked about. On news, strictly past data says nothing of what will be read: it is not written yet.
 */
const WINDOW_DAYS = 14;
const STRONG_ACTIONS = ["like", "bookmark", "comment"];
const MINIMUM_HISTORY = 5;

type Refresh = "once" | "daily" | "now";

export const futureWindow: Protocol = {
  name: "future",
  title: "The fourteen days to come, learned from everybody's past",

  task(data, options) {
    const timestampsMs = timesOf(data, futureWindow.name);
    const newestMs = timestampsMs.reduce((newest, timeMs) => Math.max(newest, timeMs), 0);
    const untilMs = newestMs - (options.part === "test" ? 0 : WINDOW_DAYS * DAY_MS);
    const askedMs = untilMs - WINDOW_DAYS * DAY_MS;
    const train = keepWhere(data.interactions, (position) => timestampsMs[position]! <= askedMs);
    const known = new Set(train.itemRows);
    const cases: EvaluationCase[] = [];
    for (let user = 0; user < train.userCount; user++) {
      const wanted = wantedBy(data, timestampsMs, user).filter(
        ({ item, touchedMs }) => touchedMs > askedMs && touchedMs <= untilMs && known.has(item),
      );
      const hasHistory = train.offsets[user + 1]! > train.offsets[user]!;
      if (wanted.length > 0 && hasHistory)
        cases.push({ user, positives: Uint32Array.from(wanted, ({ item }) => item) });
    }
    return taskOf(futureWindow, data, options, {
      train,
      histories: train,
      cases,
      notes: ["Items that nobody had touched by then are not asked for."],
    });
  },
};

export const futureDisjoint = disjoint(
  "future-disjoint",
  "The fourteen days to come, of people who were not learned from",
  (wanted) => {
    const byWindow = new Map<number, number[]>();
    for (const { item, touchedMs } of wanted) {
      const asOfMs = windowStart(touchedMs);
      byWindow.set(asOfMs, [...(byWindow.get(asOfMs) ?? []), item]);
    }
    return Array.from(byWindow, ([asOfMs, items]) => ({ asOfMs, items }));
  },
);

export const stalenessProtocols: readonly Protocol[] = (["once", "daily", "now"] as const).map((refresh) =>
  disjoint(
    `staleness-${refresh}`,
    `Each wanted item when it is first touched, by a history refreshed ${refresh}`,
    (wanted) =>
      wanted.map(({ item, touchedMs }) => ({ asOfMs: refreshedMs(touchedMs, refresh), items: [item] })),
  ),
);

/** Something a person wants, and when they first touch it. */
interface Wanted {
  readonly item: number;
  readonly touchedMs: number;
}

/** A question to one person: these items, from what was done before `asOfMs`. */
interface Question {
  readonly asOfMs: number;
  readonly items: readonly number[];
}

/** A protocol that asks other people than those it lets learn from; the histories have a row for each question. */
function disjoint(
  name: string,
  title: string,
  questionsOf: (wanted: readonly Wanted[]) => readonly Question[],
): Protocol {
  const protocol: Protocol = {
    name,
    title,
    task(data, options) {
      const timestampsMs = timesOf(data, name);
      const { isAsked, isLearnedFrom } = dividePeople(data.interactions.userCount, options);
      const rows: { user: number; asOfMs: number }[] = [];
      const cases: EvaluationCase[] = [];
      for (let user = 0; user < data.interactions.userCount; user++) {
        if (!isAsked(user)) continue;
        const startMs =
          timestampsMs[data.interactions.offsets[user]! + MINIMUM_HISTORY] ?? Number.POSITIVE_INFINITY;
        for (const { asOfMs, items } of questionsOf(wantedBy(data, timestampsMs, user))) {
          if (windowStart(asOfMs) < startMs) continue; // the same people at the same times, however fresh
          cases.push({ user: rows.length, positives: Uint32Array.from(items) });
          rows.push({ user, asOfMs });
        }
      }
      return taskOf(protocol, data, options, {
        train: keepPeople(data.interactions, isLearnedFrom),
        histories: historiesAt(data.interactions, timestampsMs, rows),
        cases,
        notes: [
          "A fifth of the people are asked; the others are learned from, also after the moments asked about.",
          `Asked are people with at least ${MINIMUM_HISTORY} engagements before the fourteen days; one row of histories for each question.`,
        ],
      });
    },
  };
  return protocol;
}

function taskOf(
  { name }: Protocol,
  { dataset, actionNames }: EvaluationData,
  { seed, part }: TaskOptions,
  asked: Pick<EvaluationTask, "train" | "histories" | "cases" | "notes">,
): EvaluationTask {
  const strong = actionNames.filter((action) => STRONG_ACTIONS.includes(action));
  const wanted = strong.length > 0 ? strong.join(", ") : "any action";
  return requireCases({
    ...asked,
    ...{ dataset, protocol: name, part, seed },
    split: "seeded",
    ranking: "full",
    hideSeen: true,
    metrics: ["recallAt10", "ndcgAt10", "hrAt10", "mrr", "coverageAt10"],
    notes: [`Wanted is what gets: ${wanted}, within ${WINDOW_DAYS} days.`, ...asked.notes],
  });
}

/** The items a person gives a strong action within a window's length of first touching them, by that time. */
function wantedBy(
  { interactions, actions, actionNames }: EvaluationData,
  timestampsMs: Float64Array,
  user: number,
): Wanted[] {
  const strong = actionNames.map((name) => STRONG_ACTIONS.includes(name));
  const isAny = !strong.includes(true);
  const touches = new Map<number, number>();
  const wanted = new Map<number, Wanted>();
  for (let at = interactions.offsets[user]!; at < interactions.offsets[user + 1]!; at++) {
    const item = interactions.itemRows[at]!;
    const touchedMs = touches.get(item) ?? timestampsMs[at]!;
    touches.set(item, touchedMs);
    const isWanted = isAny || strong[actions[at]!];
    if (isWanted && !wanted.has(item) && timestampsMs[at]! - touchedMs <= WINDOW_DAYS * DAY_MS)
      wanted.set(item, { item, touchedMs });
  }
  return [...wanted.values()].sort((left, right) => left.touchedMs - right.touchedMs);
}

/** A row for each question: what its person had done before it. */
function historiesAt(
  table: Interactions,
  timestampsMs: Float64Array,
  rows: readonly { readonly user: number; readonly asOfMs: number }[],
): Interactions {
  const positions: number[] = [];
  const offsets = new Uint32Array(rows.length + 1);
  for (const [row, { user, asOfMs }] of rows.entries()) {
    for (let at = table.offsets[user]!; at < table.offsets[user + 1]! && timestampsMs[at]! < asOfMs; at++)
      positions.push(at);
    offsets[row + 1] = positions.length;
  }
  const { contexts, ...others } = table;
  return {
    ...others,
    ...historyAt(table, positions),
    userCount: rows.length,
    offsets,
    ...(contexts && { contexts: rows.map(({ user }) => contexts[user]!) }),
  };
}

function windowStart(timeMs: number): number {
  return Math.floor(timeMs / (WINDOW_DAYS * DAY_MS)) * WINDOW_DAYS * DAY_MS;
}

function refreshedMs(timeMs: number, refresh: Refresh): number {
  if (refresh === "now") return timeMs;
  return refresh === "daily" ? Math.floor(timeMs / DAY_MS) * DAY_MS : windowStart(timeMs);
}

/** @throws PlatformError `unknown-protocol` when the data set kept order only */
function timesOf({ dataset, interactions }: EvaluationData, protocol: string): Float64Array {
  if (interactions.timestampsMs) return interactions.timestampsMs;
  throw new PlatformError(
    "unknown-protocol",
    `"${dataset}" has no clock times, which the protocol "${protocol}" needs.`,
  );
}
