/**
 * @file Watches what an approximate index finds while it serves: of live queries a share is kept, asked again exactly when there is time,
 * and compared. The report is recall@n with its interval; what changed in the index between the two searches counts as missed, so measure soon.
 */
import { assert, Random } from "#base";
import type { Neighbours, VectorQuery } from "./vector-index.ts";

/** Answers an exact query, here or in another thread. */
export type ExactSearch = (query: VectorQuery) => Neighbours | Promise<Neighbours>;

export interface RecallMonitorOptions {
  /** Of the queries, 0..1. */
  readonly share: number;
  readonly seed: number;
  /** Queries waiting to be measured; more are passed over. */
  readonly capacity: number;
}

export interface RecallReport {
  /** Queries measured. */
  readonly queries: number;
  /** Mean share of the exact neighbours that was found; undefined before the first query. */
  readonly recall: number | undefined;
  /** Half the width of its 95 % interval (normal approximation over queries). */
  readonly margin: number | undefined;
}

const defaults: RecallMonitorOptions = { share: 0.01, seed: 1, capacity: 100 };
const NORMAL_95 = 1.96;

export class RecallMonitor {
  readonly #search: ExactSearch;
  readonly #options: RecallMonitorOptions;
  readonly #random: Random;
  #waiting: { readonly query: VectorQuery; readonly found: Neighbours }[] = [];
  #queries = 0;
  #sum = 0;
  #sumOfSquares = 0;

  constructor(search: ExactSearch, options: Partial<RecallMonitorOptions> = {}) {
    this.#search = search;
    this.#options = { ...defaults, ...options };
    const { share, seed } = this.#options;
    assert(share >= 0 && share <= 1, "share is within 0..1");
    this.#random = Random.of(seed, "recall");
  }

  /** Hears of a query and what was found; cheap. The arrays must not be changed afterwards. */
  observe(query: VectorQuery, found: Neighbours): void {
    const { share, capacity } = this.#options;
    if (this.#random.chance(share) && this.#waiting.length < capacity && !query.isExact)
      this.#waiting.push({ query, found });
  }

  /** Asks one of the kept queries exactly; false when none waits. As dear as an exact search. */
  async measureOne(): Promise<boolean> {
    const waiting = this.#waiting;
    const next = waiting.shift();
    if (!next) return false;
    const wanted = (await this.#search({ ...next.query, isExact: true })).rows;
    if (wanted.length === 0 || waiting !== this.#waiting) return true;
    const found = new Set(next.found.rows);
    const recall = wanted.reduce((hits, row) => hits + (found.has(row) ? 1 : 0), 0) / wanted.length;
    this.#queries++;
    this.#sum += recall;
    this.#sumOfSquares += recall * recall;
    return true;
  }

  report(): RecallReport {
    const queries = this.#queries;
    if (queries === 0) return { queries, recall: undefined, margin: undefined };
    const recall = this.#sum / queries;
    const variance = Math.max(0, this.#sumOfSquares / queries - recall * recall);
    return { queries, recall, margin: NORMAL_95 * Math.sqrt(variance / queries) };
  }

  /** Begins anew, as after a rebuild. */
  reset(): void {
    this.#waiting = []; // what is being measured does not count
    this.#queries = 0;
    this.#sum = 0;
    this.#sumOfSquares = 0;
  }
}
