import { HOUR_MS, Random, SECOND_MS } from "#base";
import { countUpTo } from "#numeric";
import { type History, historyOf, type Interactions } from "#sequences";
import type { Heads } from "./acts.ts";

/**
 * @file What a ranker learns from: moments at which a person was shown items, and what they did with each afterwards. Where impressions
 * are known, a request is what was shown together; else it is something the person engaged with, among items drawn from those that were
 * there at that time. An act counts for the last time its item was shown, if that is not too long ago.
 */
export interface Requests {
  /** (n) user row of each. */
  readonly users: Uint32Array;
  /** (n) */
  readonly timesMs: Float64Array;
  /** (n) code of the surface. */
  readonly surfaces: Uint8Array;
  /** (n) how many acts of the person came before. */
  readonly actsBefore: Uint32Array;
  /** (n) position among the conditions of the data of what each list was about; 0 for nothing. */
  readonly abouts: Uint32Array;
  /** (n + 1) */
  readonly offsets: Uint32Array;
  /** Item rows of what was shown. */
  readonly candidates: Uint32Array;
  /** (candidates, H) 1 where the person did so. */
  readonly labels: Uint8Array;
}

export interface RequestOptions {
  readonly heads: Heads;
  readonly outcomeHours: number;
  readonly negatives: number;
  readonly popularNegatives: number;
  /** Those are of what was engaged with within so many hours before and after; 0 for all before. */
  readonly negativeHours: number;
  /** None is made of an earlier time, or, where there are no times, of so large a share of what a person did, the oldest. */
  readonly from: { readonly ms: number; readonly share: number };
  /** Requests kept, drawn at random. */
  readonly maxRequests: number;
  readonly seed: number;
}

/** Longest list: what is shown after it is another. */
const LONGEST_LIST = 64;
/** Where nobody says what was shown together: longest pause within a list. */
const PAUSE_MS = 30 * SECOND_MS;

export function requestsOf(data: Interactions, acts: Interactions, options: RequestOptions): Requests {
  const made = new Collected(options.heads.names.length);
  const share = Math.min(1, options.maxRequests / Math.max(1, roughCount(data, options.from)));
  for (let user = 0; user < data.userCount; user++) {
    const random = Random.of(options.seed, `requests of ${user}`);
    const isKept = (): boolean => share === 1 || random.chance(share);
    if (data.impressions) addShown(made, data.impressions, historyOf(acts, user), user, options, isKept);
  }
  if (!data.impressions) addSampled(made, data, acts, options, share);
  return made.finish();
}

function roughCount(
  { impressions, itemRows, timestampsMs }: Interactions,
  from: RequestOptions["from"],
): number {
  const { slates = [], ...shown } = impressions ?? { itemRows, timestampsMs };
  const times: Float64Array | undefined = shown.timestampsMs;
  const later = times
    ? times.reduce((count, timeMs) => count + Number(timeMs >= from.ms), 0) / times.length || 1
    : 1 - from.share;
  if (!impressions) return later * itemRows.length;
  const lists = new Set(slates).size;
  return later * (lists > 1 ? lists : shown.itemRows.length / 10);
}

/** One request on its way into the table. */
interface Request {
  readonly user: number;
  readonly timeMs: number;
  readonly surface: number;
  readonly actsBefore: number;
  readonly about: number;
}

class Collected {
  readonly #width: number;
  readonly #requests: Request[] = [];
  readonly #ends: number[] = [];
  readonly #candidates: number[] = [];
  readonly #labels: number[] = [];

  constructor(heads: number) {
    this.#width = heads;
  }

  add(request: Request): void {
    this.#requests.push(request);
    this.#ends.push(this.#candidates.length);
  }

  /** A further candidate of the newest request; returns its place. */
  show(item: number): number {
    this.#candidates.push(item);
    for (let head = 0; head < this.#width; head++) this.#labels.push(0);
    this.#ends[this.#ends.length - 1] = this.#candidates.length;
    return this.#candidates.length - 1;
  }

  mark(place: number, head: number): void {
    this.#labels[place * this.#width + head] = 1;
  }

  finish(): Requests {
    const requests = this.#requests;
    return {
      users: Uint32Array.from(requests, ({ user }) => user),
      timesMs: Float64Array.from(requests, ({ timeMs }) => timeMs),
      surfaces: Uint8Array.from(requests, ({ surface }) => surface),
      actsBefore: Uint32Array.from(requests, ({ actsBefore }) => actsBefore),
      abouts: Uint32Array.from(requests, ({ about }) => about),
      offsets: Uint32Array.from([0, ...this.#ends]),
      candidates: Uint32Array.from(this.#candidates),
      labels: Uint8Array.from(this.#labels),
    };
  }
}

/** What one person was shown, list by list. */
function addShown(
  made: Collected,
  impressions: NonNullable<Interactions["impressions"]>,
  acts: History,
  user: number,
  { heads, outcomeHours, from: since }: RequestOptions,
  isKept: () => boolean,
): void {
  const from = impressions.offsets[user]!;
  const to = impressions.offsets[user + 1]!;
  const timeAt = (at: number): number => impressions.timestampsMs?.[at] ?? 0;
  const actTimes = acts.timestampsMs ?? new Float64Array(acts.itemRows.length);
  /** Item row -> its places, newest last. */
  const shown = new Map<number, { place: number; timeMs: number }>();
  let before = 0;
  let next = 0;
  const outcomesUntil = (timeMs: number): void => {
    for (; next < acts.itemRows.length && actTimes[next]! < timeMs; next++) {
      const last = shown.get(acts.itemRows[next]!);
      const head = heads.headOf.get(acts.actions?.[next] ?? 0);
      if (!last || head === undefined || actTimes[next]! - last.timeMs > outcomeHours * HOUR_MS) continue;
      if (last.place >= 0) made.mark(last.place, head);
    }
  };
  for (let at = from; at < to; ) {
    const end = endOfList(impressions, at, to);
    const timeMs = timeAt(at);
    while (before < acts.itemRows.length && actTimes[before]! < timeMs) before++;
    const keeps = isKept() && timeMs >= since.ms;
    const surface = impressions.surfaces?.[at] ?? 0;
    const about = impressions.abouts?.subarray(at, end).find((told) => told !== 0) ?? 0; // known since the list was asked for
    if (keeps) made.add({ user, timeMs, surface, actsBefore: before, about });
    for (; at < end; at++) {
      outcomesUntil(timeAt(at));
      const item = impressions.itemRows[at]!;
      shown.set(item, { place: keeps ? made.show(item) : -1, timeMs: timeAt(at) });
    }
  }
  outcomesUntil(Number.POSITIVE_INFINITY);
}

/** Where the list that begins at `from` ends. */
function endOfList(
  { slates, surfaces, timestampsMs, itemRows }: NonNullable<Interactions["impressions"]>,
  from: number,
  to: number,
): number {
  const met = new Set<number>();
  let end = from;
  while (end < to && end - from < LONGEST_LIST && !met.has(itemRows[end]!)) {
    if ((slates?.[end] ?? 0) !== (slates?.[from] ?? 0) || surfaces?.[end] !== surfaces?.[from]) break;
    const pause = end > from && timestampsMs ? timestampsMs[end]! - timestampsMs[end - 1]! : 0;
    if (!slates?.[from] && pause > PAUSE_MS) break;
    met.add(itemRows[end]!);
    end++;
  }
  return end;
}

/** Everything engaged with, among items that were there, drawn evenly or by how often they were engaged with until then. */
function addSampled(
  made: Collected,
  data: Interactions,
  acts: Interactions,
  options: RequestOptions,
  share: number,
): void {
  const { heads, outcomeHours, negatives, popularNegatives, negativeHours, from, seed } = options;
  const there = new Timeline(data, negativeHours * HOUR_MS);
  for (let user = 0; user < data.userCount; user++) {
    const random = Random.of(seed, `requests of ${user}`);
    const own = historyOf(acts, user);
    const wanted = new Set(own.itemRows);
    const lastMs = new Map<number, { place: number; timeMs: number }>();
    for (let at = 0; at < own.itemRows.length; at++) {
      const item = own.itemRows[at]!;
      const timeMs = own.timestampsMs?.[at] ?? 0;
      const head = heads.headOf.get(own.actions?.[at] ?? 0);
      const last = lastMs.get(item);
      if (last && timeMs - last.timeMs <= outcomeHours * HOUR_MS) {
        if (head !== undefined && last.place >= 0) made.mark(last.place, head);
        continue;
      }
      if (head === undefined) continue;
      const isLate = own.timestampsMs ? timeMs >= from.ms : at >= from.share * own.itemRows.length;
      const keeps = (share === 1 || random.chance(share)) && isLate;
      if (keeps) made.add({ user, timeMs, surface: own.surfaces?.[at] ?? 0, actsBefore: at, about: 0 });
      const place = keeps ? made.show(item) : -1;
      if (keeps) made.mark(place, head);
      lastMs.set(item, { place, timeMs });
      for (let drawn = 0; keeps && drawn < negatives; drawn++) {
        const other = there.draw(timeMs, !random.chance(popularNegatives), wanted, random);
        if (other !== undefined) made.show(other);
      }
    }
  }
}

/** Which items were there at a time, and how often each was engaged with until then. */
class Timeline {
  /** Engagements by time. */
  readonly #items: Uint32Array;
  readonly #timesMs: Float64Array;
  /** Items by when they were first engaged with. */
  readonly #born: Uint32Array;
  readonly #bornMs: Float64Array;

  readonly #reachMs: number;

  /** `reachMs`: how far around a time what was engaged with counts as being of it; 0 for all before it. */
  constructor({ itemRows, timestampsMs = new Float64Array(itemRows.length) }: Interactions, reachMs: number) {
    this.#reachMs = reachMs;
    const order = Uint32Array.from(itemRows.keys()).sort(
      (a, b) => timestampsMs[a]! - timestampsMs[b]! || a - b,
    );
    this.#items = order.map((at) => itemRows[at]!);
    this.#timesMs = Float64Array.from(order, (at) => timestampsMs[at]!);
    const firsts = new Map<number, number>();
    for (const [at, item] of this.#items.entries())
      if (!firsts.has(item)) firsts.set(item, this.#timesMs[at]!);
    this.#born = Uint32Array.from(firsts.keys());
    this.#bornMs = Float64Array.from(firsts.values());
  }

  /** An item that is none of `others`; undefined when a few draws find none. */
  draw(timeMs: number, evenly: boolean, others: ReadonlySet<number>, random: Random): number | undefined {
    const from = evenly ? this.#born : this.#items;
    const timesMs = evenly ? this.#bornMs : this.#timesMs;
    const reachMs = evenly ? 0 : this.#reachMs;
    const first = reachMs > 0 ? countUpTo(timesMs, timeMs - reachMs) : 0;
    const count = countUpTo(timesMs, timeMs + reachMs) - first;
    for (let tries = 0; tries < TRIES && count > 0; tries++) {
      const item = from[first + random.integer(count)]!;
      if (!others.has(item)) return item;
    }
    return undefined;
  }
}

const TRIES = 20;
