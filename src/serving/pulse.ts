import type { PulseEvent, PulseLatency, PulseResponse, PulseSecond } from "#api";
import { SECOND_MS } from "#base";

/** @file What went on in the last minutes, for people who look: Prometheus keeps the rest. Bounded: rings, no lists that grow. */

const SECONDS = 120;
/** Durations kept of each route and each model; of routes those of five minutes are told. */
const DURATIONS = 512;
const DURATIONS_MS = 300 * SECOND_MS;
const LATEST = 24;
/** Routes, models, and events of one second, that are told apart. */
const NAMES = 100;
/** Stands for events of a second whose names are beyond those: some senders make names of anything. */
const OTHERS = "others";

/** What is looked at of a message that passed validation. */
export interface AcceptedMessage {
  readonly type: string;
  readonly event?: string;
  readonly userId?: string | null;
  readonly anonymousId?: string | null;
  readonly properties?: { readonly itemId?: string };
}

type Second = { -readonly [Field in keyof PulseSecond]: PulseSecond[Field] };

/** How something ended, and how long it took. */
interface Answered {
  readonly isFailure: boolean;
  readonly ms: number;
}

/** The newest durations of one kind. */
class Durations {
  readonly #atMs = new Float64Array(DURATIONS);
  readonly #ms = new Float64Array(DURATIONS);
  readonly #failed = new Uint8Array(DURATIONS);
  #count = 0;

  add(atMs: number, { isFailure, ms }: Answered): void {
    const place = this.#count % DURATIONS;
    this.#atMs[place] = atMs;
    this.#ms[place] = ms;
    this.#failed[place] = Number(isFailure);
    this.#count++;
  }

  /** Of the last five minutes, or since `fromMs`. */
  summary(
    nowMs: number,
    fromMs = nowMs - DURATIONS_MS,
  ): { count: number; p50: number | null; p99: number | null; errors: number } {
    const held = Math.min(this.#count, DURATIONS);
    const isRecent = (n: number): boolean => this.#atMs[n]! >= fromMs;
    const recent = this.#ms.slice(0, held).filter((_, n) => isRecent(n));
    const errors = this.#failed
      .slice(0, held)
      .reduce((sum, failed, n) => sum + (isRecent(n) ? failed : 0), 0);
    recent.sort();
    const at = (share: number): number | null =>
      recent[Math.min(recent.length - 1, Math.floor(share * recent.length))] ?? null;
    return { count: recent.length, p50: at(0.5), p99: at(0.99), errors };
  }
}

export class Pulse {
  readonly startedMs: number;
  readonly #nowMs: () => number;
  readonly #seconds: Second[] = [];
  readonly #routes = new Map<string, Durations>();
  readonly #models = new Map<string, Durations>();
  readonly #freshness = new Durations();
  readonly #latest: PulseEvent[] = [];
  readonly #recommendations = { personal: 0, coldStart: 0 };

  /** `nowMs`: the machine's time, for a historical clock stands still while nothing comes. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.startedMs = nowMs();
  }

  /** Messages of one request that were accepted, and how many were not. */
  countEvents(messages: readonly AcceptedMessage[], rejected: number): void {
    const second = this.#second();
    let names = Object.keys(second.events).length;
    for (const { event, type } of messages) {
      const said = event ?? type;
      const isKnown = second.events[said] !== undefined;
      const name = isKnown || names < NAMES ? said : OTHERS;
      if (!isKnown) names++;
      second.events[name] = (second.events[name] ?? 0) + 1;
    }
    second.rejected += rejected;
    const receivedAt = new Date(this.#nowMs()).toISOString();
    const newest = messages.slice(-LATEST).reverse();
    this.#latest.unshift(...newest.map((message) => ({ receivedAt, ...inWords(message) })));
    this.#latest.length = Math.min(this.#latest.length, LATEST);
  }

  countRequest(route: string, answered: Answered): void {
    const second = this.#second();
    second.requests++;
    if (answered.isFailure) second.errors++;
    this.#count(this.#routes, route, answered);
  }

  /** What models took of one answer. */
  countModels({ modelMs }: { readonly modelMs: ReadonlyMap<string, number> }): void {
    for (const [reference, ms] of modelMs) this.#count(this.#models, reference, { isFailure: false, ms });
  }

  #count(kept: Map<string, Durations>, name: string, answered: Answered): void {
    const known = kept.get(name);
    if (!known && kept.size >= NAMES) return;
    const durations = known ?? new Durations();
    durations.add(this.#nowMs(), answered);
    kept.set(name, durations);
  }

  /** What models took of their newest answers, however long ago, by `name@version`; of those that answered. */
  modelLatencies(): Record<string, { count: number; p50: number; p99: number }> {
    const nowMs = this.#nowMs();
    return Object.fromEntries(
      Array.from(
        this.#models,
        ([reference, durations]) => [reference, durations.summary(nowMs, this.startedMs)] as const,
      ).flatMap(([reference, { count, p50, p99 }]) =>
        p50 === null || p99 === null ? [] : [[reference, { count, p50, p99 }]],
      ),
    );
  }

  /** Time from the arrival of events to their being readable. */
  countFreshness(ms: number): void {
    this.#freshness.add(this.#nowMs(), { isFailure: false, ms });
  }

  countRecommendation(path: "personal" | "coldStart"): void {
    this.#recommendations[path]++;
  }

  /** The part of an answer that is known here. */
  read(): Pick<PulseResponse, "seconds" | "freshness" | "latencies" | "latest" | "recommendations"> {
    const nowMs = this.#nowMs();
    const last = Math.floor(nowMs / SECOND_MS);
    const known = new Map(this.#seconds.map((second) => [second.at, second]));
    const latencies: PulseLatency[] = Array.from(this.#routes, ([route, durations]) => ({
      route,
      ...durations.summary(nowMs),
    }));
    const { errors: _, ...freshness } = this.#freshness.summary(nowMs);
    return {
      seconds: Array.from({ length: SECONDS }, (_, n) => {
        const at = last - SECONDS + 1 + n;
        return known.get(at) ?? emptySecond(at);
      }),
      freshness,
      latencies: latencies
        .filter(({ count }) => count > 0)
        .sort((left, right) => right.count - left.count || (left.route < right.route ? -1 : 1)),
      latest: [...this.#latest],
      recommendations: { ...this.#recommendations },
    };
  }

  #second(): Second {
    const at = Math.floor(this.#nowMs() / SECOND_MS);
    const newest = this.#seconds.at(-1);
    if (newest?.at === at) return newest;
    const second = emptySecond(at);
    this.#seconds.push(second);
    if (this.#seconds.length > SECONDS) this.#seconds.shift();
    return second;
  }
}

function emptySecond(at: number): Second {
  // Senders name events: none of their names is to be found on a prototype.
  const events: Record<string, number> = Object.create(null);
  return { at, events, rejected: 0, requests: 0, errors: 0 };
}

/** What came in, in the words of its sender. */
function inWords({
  type,
  event,
  userId,
  anonymousId,
  properties,
}: AcceptedMessage): Omit<PulseEvent, "receivedAt" | "title"> {
  const itemId = properties?.itemId;
  return {
    userId: userId ?? `anonymous:${anonymousId}`,
    name: event ?? type,
    ...(itemId !== undefined && { itemId }),
  };
}
