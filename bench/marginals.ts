import { DAY_MS, HOUR_MS, MINUTE_MS } from "#base";
import { gini } from "#numeric";
import { quantileOf } from "./bench.ts";

/** @file What a log of acts looks like from afar: how often people come and act, what they act on, how items live. */

/** What somebody did with an item: not that it was shown to them. */
export interface ItemAct {
  readonly user: number | string;
  readonly item: number | string;
  readonly action: string;
  readonly timestampMs: number;
}

export interface MarginalsOptions {
  /** False: times are made up, and nothing is said that rests on them. */
  readonly hasTimes: boolean;
  /** The end of the window; absent: the last act. */
  readonly endMs?: number;
}

/** Acts with a longer pause between them are of two sessions. */
const PAUSE_MS = 30 * MINUTE_MS;
/** Items with fewer acts have no course of life to speak of. */
const LEAST_ACTS = 10;
/** Acts that say more than a look. */
const STRONG = new Set(["save", "share", "purchase", "like", "bookmark", "follow", "comment"]);

/** Name with unit -> figure. In time order or not. */
export function marginalsOf(acts: readonly ItemAct[], options: MarginalsOptions): Record<string, number> {
  const byTime = acts.toSorted((left, right) => left.timestampMs - right.timestampMs);
  const ofUser = [...grouped(byTime, ({ user }) => user).values()];
  const ofItem = [...grouped(byTime, ({ item }) => item).values()];
  const actions = grouped(byTime, ({ action }) => action);
  const share = (isOf: (act: ItemAct) => boolean): number => byTime.filter(isOf).length / byTime.length;
  const mix = Object.fromEntries(
    [...actions]
      .sort(([left], [right]) => left.localeCompare(right))
      .map(([name, own]) => [`share of ${name}`, own.length / byTime.length]),
  );
  return {
    people: ofUser.length,
    "items acted on": ofItem.length,
    acts: byTime.length,
    ...activity(ofUser),
    ...popularity(ofItem),
    ...(options.hasTimes && visits(ofUser, options.endMs ?? byTime.at(-1)!.timestampMs)),
    ...(options.hasTimes && lifetimes(ofItem)),
    "share of acts stronger than a look": share(({ action }) => STRONG.has(action)),
    ...mix,
  };
}

function activity(ofUser: readonly (readonly ItemAct[])[]): Record<string, number> {
  const counts = ofUser.map((acts) => acts.length);
  return {
    "acts a person, median": quantileOf(counts, 0.5),
    "acts a person, 99th percentile by median": quantileOf(counts, 0.99) / quantileOf(counts, 0.5),
    "Gini of people's acts": gini(counts),
  };
}

function popularity(ofItem: readonly (readonly ItemAct[])[]): Record<string, number> {
  const counts = ofItem.map((acts) => acts.length).sort((left, right) => right - left);
  const all = sumOf(counts);
  return {
    "Gini of items' acts": gini(counts),
    "share of acts with the top 1 % of items": sumOf(counts.slice(0, Math.ceil(counts.length / 100))) / all,
  };
}

/** Of people with times: sessions, what is in them, and what lies between. */
function visits(ofUser: readonly (readonly ItemAct[])[], endMs: number): Record<string, number> {
  const sessions = ofUser.map(sessionsOf);
  const weeks = ofUser.map((acts) => Math.max(1, (endMs - acts[0]!.timestampMs) / (7 * DAY_MS)));
  const sizes = sessions.flatMap((own) => own.map(({ length }) => length));
  const gaps = sessions.flatMap((own) =>
    own.slice(1).map((session, n) => session[0]!.timestampMs - own[n]!.at(-1)!.timestampMs),
  );
  const activeDays = ofUser.map(
    (acts) => new Set(acts.map(({ timestampMs }) => Math.floor(timestampMs / DAY_MS))).size,
  );
  return {
    "sessions a person and week": sumOf(sessions.map(({ length }) => length)) / sumOf(weeks),
    "acts a session": sumOf(sizes) / sizes.length,
    "acts a session, 90th percentile": quantileOf(sizes, 0.9),
    "active days a person, median": quantileOf(activeDays, 0.5),
    ...(gaps.length > 0 && {
      "hours between sessions, median": quantileOf(gaps, 0.5) / HOUR_MS,
      "days between sessions, 90th percentile": quantileOf(gaps, 0.9) / DAY_MS,
    }),
    "share of acts with an item of an earlier session": sumOf(sessions.map(repeatsOf)) / sumOf(sizes),
  };
}

function sessionsOf(acts: readonly ItemAct[]): ItemAct[][] {
  const sessions: ItemAct[][] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const act of acts) {
    if (act.timestampMs - lastMs > PAUSE_MS) sessions.push([]);
    sessions.at(-1)!.push(act);
    lastMs = act.timestampMs;
  }
  return sessions;
}

function repeatsOf(sessions: readonly (readonly ItemAct[])[]): number {
  const known = new Set<ItemAct["item"]>();
  let repeats = 0;
  for (const session of sessions) {
    repeats += session.filter(({ item }) => known.has(item)).length;
    for (const { item } of session) known.add(item);
  }
  return repeats;
}

/** Of items with enough acts: from the first until half of them, and until the last but a tenth. */
function lifetimes(ofItem: readonly (readonly ItemAct[])[]): Record<string, number> {
  const lived = ofItem.filter(({ length }) => length >= LEAST_ACTS);
  if (lived.length === 0) return {};
  const until = (share: number): number =>
    quantileOf(
      lived.map((acts) => {
        const reached = acts[Math.ceil(share * acts.length) - 1]!; // there are ten
        return (reached.timestampMs - acts[0]!.timestampMs) / DAY_MS;
      }),
      0.5,
    );
  return {
    "days from an item's first act to half of them, median": until(0.5),
    "days from an item's first act to nine in ten, median": until(0.9),
  };
}

function grouped<Key>(acts: readonly ItemAct[], keyOf: (act: ItemAct) => Key): Map<Key, ItemAct[]> {
  const groups = new Map<Key, ItemAct[]>();
  for (const act of acts) {
    const group = groups.get(keyOf(act));
    if (group) group.push(act);
    else groups.set(keyOf(act), [act]);
  }
  return groups;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
