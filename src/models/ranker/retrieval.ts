import { PlatformError, Random } from "#base";
import { topN } from "#numeric";
import { type History, historyBetween, historyOf, type Interactions } from "#sequences";
import type { Retrieval } from "../model.ts";
import type { Requests } from "./requests.ts";
import { namesIn } from "./settings.ts";

/** @file What those who find candidates say of them, while a ranker learns; in service its caller asks them. */

export interface HardOptions {
  /** Candidates drawn beside each that was engaged with, of those that would have been found; where nobody knows what was shown. */
  readonly hardNegatives: number;
  readonly areShown: boolean;
  readonly seed: number;
}

/** What is drawn from, evenly: so many are found. */
const FOUND = 200;
/** Histories scored at once: each has a score for every item. */
const AT_ONCE = 16;

/**
 * The requests with hard candidates added, and (candidates, models) what each model says of them; NaN of an item it has not met. A request whose first item, which
 * was wanted, would not have been found is none: the ranker never orders such a list, and from wanted items that nobody finds it would learn that low scores are good.
 */
export async function withRetrieved(
  requests: Requests,
  acts: Interactions,
  { models }: Retrieval,
  { hardNegatives, areShown, seed }: HardOptions,
): Promise<{ readonly requests: Requests; readonly scores: Float32Array }> {
  const count = areShown ? 0 : hardNegatives;
  const grown = new Grown(requests);
  const scores: number[] = [];
  for (let from = 0; from < requests.users.length; from += AT_ONCE) {
    const chosen = Array.from(requests.users.subarray(from, from + AT_ONCE).keys(), (at) => from + at);
    const lives = chosen.map((request) => historyOf(acts, requests.users[request]!));
    const histories = lives.map((life, row) => historyBetween(life, 0, requests.actsBefore[chosen[row]!]!));
    const said = await Promise.all(models.map((model) => model.score(histories)));
    for (const [row, request] of chosen.entries()) {
      const own = said.map((all, at) => {
        const { itemCount } = models[at]!;
        return all.subarray(row * itemCount, (row + 1) * itemCount);
      });
      const random = Random.of(seed, `found ${request}`);
      const later = new Set(lives[row]!.itemRows); // what is wanted later is no negative
      const found = count > 0 ? foundBy(own[0]!, histories[row]!) : undefined;
      if (found && !found.has(requests.candidates[requests.offsets[request]!]!)) continue;
      const drawn = random.shuffle([...(found ?? [])].filter((item) => !later.has(item))).slice(0, count);
      for (const item of grown.add(request, drawn))
        for (const all of own) {
          const score = all[item] ?? Number.NaN;
          scores.push(Number.isFinite(score) ? score : Number.NaN);
        }
    }
  }
  return { requests: grown.finish(), scores: Float32Array.from(scores) };
}

/** What would have been found of what the person has not met. */
function foundBy(scores: Float32Array, { itemRows }: History): ReadonlySet<number> {
  const open = scores.slice();
  for (const item of itemRows) open[item] = Number.NEGATIVE_INFINITY;
  return new Set(Array.from(topN(open, FOUND)).filter((item) => Number.isFinite(open[item]!)));
}

/** Requests kept, with candidates added of which nothing happened with any. */
class Grown {
  readonly #requests: Requests;
  readonly #kept: number[] = [];
  readonly #offsets = [0];
  readonly #candidates: number[] = [];
  readonly #labels: number[] = [];
  readonly #heads: number;

  constructor(requests: Requests) {
    const { candidates, labels } = requests;
    this.#requests = requests;
    this.#heads = labels.length / Math.max(1, candidates.length);
  }

  /** Returns all its candidates. */
  add(request: number, found: readonly number[]): readonly number[] {
    const { offsets, candidates, labels } = this.#requests;
    const [from, to] = [offsets[request]!, offsets[request + 1]!];
    const own = Array.from(candidates.subarray(from, to));
    const all = [...own, ...found.filter((item) => !own.includes(item))];
    this.#kept.push(request);
    this.#labels.push(...labels.subarray(from * this.#heads, to * this.#heads));
    for (let more = own.length * this.#heads; more < all.length * this.#heads; more++) this.#labels.push(0);
    this.#candidates.push(...all);
    this.#offsets.push(this.#candidates.length);
    return all;
  }

  finish(): Requests {
    const { users, timesMs, surfaces, actsBefore, abouts } = this.#requests;
    return {
      users: Uint32Array.from(this.#kept, (request) => users[request]!),
      timesMs: Float64Array.from(this.#kept, (request) => timesMs[request]!),
      surfaces: Uint8Array.from(this.#kept, (request) => surfaces[request]!),
      actsBefore: Uint32Array.from(this.#kept, (request) => actsBefore[request]!),
      abouts: Uint32Array.from(this.#kept, (request) => abouts[request]!),
      offsets: Uint32Array.from(this.#offsets),
      candidates: Uint32Array.from(this.#candidates),
      labels: Uint8Array.from(this.#labels),
    };
  }
}

/** Names of models in the setting `retrievers`. */
export function retrieverNames({ retrievers }: { readonly retrievers: string }): readonly string[] {
  return namesIn(retrievers);
}

/** @throws PlatformError `invalid-config` where somebody else fits the models that a setting names, and did not */
export function checkRetrieval(names: readonly string[], retrieval: Retrieval | undefined): void {
  const there = retrieval?.models.map(({ name }) => name).join(",") ?? "none";
  if (names.join(",") !== there && names.length > 0)
    throw new PlatformError(
      "invalid-config",
      `ranker: "retrievers" has ${names.join(", ")}, and what was fitted to be asked is ${there}.`,
    );
}
