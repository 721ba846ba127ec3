import { murmur3, Random } from "#base";
import type { DeclaredSurface, Exploration, Rule } from "#declarations";
import type { Catalogue, Item } from "#events";
import { descending } from "#numeric";
import { type Candidates, NOWHERE } from "../candidates.ts";
import { holds } from "../items/holds.ts";
import type { Query, Selected, Selector } from "../pipeline.ts";
import { withGains } from "./gains.ts";
import { QuotaBook } from "./quota-book.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** How a surface mixes its lists. */
export type Blend = Pick<DeclaredSurface, "gains" | "diversity" | "quotas" | "rules" | "exploration">;

/**
 * Fills a list place by place from the top: what a rule pins there, else what a quota owes, else the candidate that is worth
 * most beside those above it; at the places of exploration chance may choose another. No choice depends on what comes below it, so a longer list
 * begins with the shorter one.
 *
 * Relevance is scaled to 0..1 over the candidates, best 1, so that rules and diversity mean the same whatever the scorer's scale; those
 * the scorer knows nothing of come after the others, in the order of their sources.
 *
 * At a place of exploration the best candidate `g` and the source's next `m` (the pool P) are at stake, and
 *
 *     probability(i) = (1 - share) [i = g] + share [i in P] / m
 *
 * which is written down with the choice, whoever made it: it is exact given the places above, and what inverse propensity
 * estimates need (Bottou et al. 2013).
 */
export class Blender implements Selector {
  readonly name = "blend";
  readonly #catalogue: Catalogue;
  readonly #blend: Blend;

  constructor(catalogue: Catalogue, blend: Blend = {}) {
    this.#catalogue = catalogue;
    this.#blend = blend;
  }

  select(query: Query, candidates: Candidates, relevance: Float64Array): readonly Selected[] {
    const itemAt = itemsOf(candidates, this.#catalogue);
    const gained = withGains(scaled(relevance), { candidates, itemAt, gains: this.#blend.gains, query });
    const filling = new Filling(candidates, this.#catalogue, gained, this.#blend);
    const selected: Selected[] = [];
    while (selected.length < query.n) {
      const chosen = filling.choose(selected.length, query.seed);
      if (!chosen) break;
      selected.push(chosen);
    }
    return selected;
  }
}

/** Of the scale, the part for candidates of unknown relevance. */
const UNKNOWN = 0.01;
const POOL = 20;

type ItemAt = (position: number) => Item;

function itemsOf({ itemRows }: Candidates, catalogue: Catalogue): ItemAt {
  return (position) => catalogue.at(itemRows[position]!);
}

/** One list while it is filled. */
class Filling {
  readonly #candidates: Candidates;
  readonly #relevance: Float64Array;
  readonly #isBuried: Uint8Array;
  /** Positions by relevance, the best first and what is buried last. */
  readonly #order: Uint32Array;
  /** Of the order, how many at its head have a place. */
  #placed = 0;
  /** Place -> position of what is pinned there, by place; without those that have one. */
  readonly #pinned: Map<number, number>;
  readonly #spread: Spread;
  readonly #quotas: QuotaBook;
  readonly #exploration: Exploration | undefined;
  /** Positions of the explored source's candidates, in its order. */
  readonly #explored: readonly number[];
  readonly #isGone: Uint8Array;

  constructor(candidates: Candidates, catalogue: Catalogue, relevance: Float64Array, blend: Blend) {
    const { rules = [], diversity, quotas, exploration } = blend;
    const itemAt = itemsOf(candidates, catalogue);
    this.#candidates = candidates;
    this.#relevance = boosted(relevance, itemAt, rules);
    this.#isBuried = buried(candidates.length, itemAt, rules);
    this.#order = this.#byRelevance();
    this.#pinned = pinsOf(rules, itemAt, this.#relevance);
    this.#isGone = new Uint8Array(candidates.length);
    for (const position of this.#pinned.values()) this.#isGone[position] = 1;
    this.#spread = spreadOf(diversity, { catalogue, itemRows: candidates.itemRows });
    this.#quotas = new QuotaBook(quotas);
    this.#exploration = exploration;
    this.#explored = exploration ? proposedBy(exploration.source, candidates, this.#isBuried) : [];
  }

  choose(place: number, seed: string): Selected | undefined {
    if (this.#pinned.has(place)) return this.#pin(place);
    const best = this.#best();
    if (best && !best.isBuried) return this.#take(this.#explore(best, place, seed) ?? best);
    const [next] = this.#pinned.keys(); // nothing leads as far as its place
    return next === undefined ? best && this.#take(best) : this.#pin(next);
  }

  #pin(place: number): Selected {
    const position = this.#pinned.get(place)!; // asked for while it is there
    this.#pinned.delete(place);
    return this.#take({ position, placement: "pinned" });
  }

  #take(selected: Selected): Selected {
    this.#isGone[selected.position] = 1;
    this.#spread.chose(selected.position);
    this.#quotas.chose(this.#candidates.sourceAt(selected.position));
    return selected;
  }

  /** What the quotas owe, else the best they allow, else the best there is: a quota neither shortens a list nor lifts what is buried. */
  #best(): Selected | undefined {
    const owed = this.#quotas.owed();
    const isOwed = owed.length > 0 ? this.#bestOf((source) => owed.includes(source)) : undefined;
    if (isOwed !== undefined) return { position: isOwed, placement: "quota" };
    const allowed = this.#bestOf((source) => this.#quotas.allows(source));
    if (allowed !== undefined && !this.#isBuried[allowed]) return { position: allowed };
    const any = this.#bestOf(() => true);
    if (any === undefined) return undefined;
    return this.#isBuried[any] ? { position: allowed ?? any, isBuried: true } : { position: any };
  }

  /** Candidates are looked at in the order of relevance, those that are buried last, until none that follows can be worth more. */
  #bestOf(isWanted: (source: string) => boolean): number | undefined {
    let best: number | undefined;
    let most = Number.NEGATIVE_INFINITY;
    while (this.#isGone[this.#order[this.#placed]!]) this.#placed++;
    for (let at = this.#placed; at < this.#order.length; at++) {
      const position = this.#order[at]!;
      const relevance = this.#relevance[position]!;
      const isBelow = best !== undefined && this.#isBuried[position]! > this.#isBuried[best]!;
      if (isBelow || this.#spread.mostOf(relevance) < most) break;
      if (this.#isGone[position]) continue;
      const value = this.#spread.valueOf(position, relevance);
      const isBetter = value > most || (value === most && best !== undefined && position < best);
      if (!isBetter || !isWanted(this.#candidates.sourceAt(position))) continue;
      most = value;
      best = position;
    }
    return best;
  }

  #byRelevance(): Uint32Array {
    const order = descending(this.#relevance);
    if (!this.#isBuried.includes(1)) return order;
    const isBuried = (position: number): boolean => this.#isBuried[position] === 1;
    return Uint32Array.of(...order.filter((at) => !isBuried(at)), ...order.filter(isBuried));
  }

  /** The choice where chance has a part in it. */
  #explore(best: Selected, place: number, seed: string): Selected | undefined {
    const { places = [], share = 0, pool: size = POOL } = this.#exploration ?? {};
    if (!places.includes(place)) return undefined;
    const pool = this.#explored.filter((position) => !this.#isGone[position]).slice(0, size);
    if (pool.length === 0) return undefined;
    const random = Random.of(murmur3(seed), `place-${place}`);
    const position = random.chance(share) ? pool[random.integer(pool.length)]! : best.position;
    const byChance = pool.includes(position) ? share / pool.length : 0;
    const probability = byChance + (position === best.position ? 1 - share : 0);
    return { position, placement: "explored", probability };
  }
}

/** To 0..1, best 1. Shape as given; NaN becomes a value below every known one, falling with the position. */
function scaled(relevance: Float64Array): Float64Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of relevance) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least || 1;
  const unknown = least === Number.POSITIVE_INFINITY ? 1 : UNKNOWN;
  return relevance.map((value, position) =>
    Number.isNaN(value)
      ? unknown * (1 - (position + 1) / (relevance.length + 1))
      : UNKNOWN + (1 - UNKNOWN) * (most === least ? 1 : (value - least) / range),
  );
}

function boosted(relevance: Float64Array, itemAt: ItemAt, rules: readonly Rule[]): Float64Array {
  const boosts = rules.filter((rule) => rule.kind === "boost");
  if (boosts.length === 0) return relevance;
  return relevance.map((value, position) => {
    const item = itemAt(position);
    return boosts.reduce((product, { when, by }) => (holds(when, item) ? product * by : product), value);
  });
}

/** (candidates) 1 for what a rule buries. */
function buried(count: number, itemAt: ItemAt, rules: readonly Rule[]): Uint8Array {
  const none = new Uint8Array(count);
  if (!rules.some(({ kind }) => kind === "bury")) return none;
  return none.map((_, position) => Number(isBuried(itemAt(position), rules)));
}

export function isBuried(item: Item, rules: readonly Rule[]): boolean {
  return rules.some(({ kind, when }) => kind === "bury" && holds(when, item));
}

/** Each pin takes the most relevant item that no earlier place has taken. */
function pinsOf(rules: readonly Rule[], itemAt: ItemAt, relevance: Float64Array): Map<number, number> {
  const pins = new Map(
    rules.flatMap((rule) => (rule.kind === "pin" ? [[rule.place, rule.when] as const] : [])),
  );
  const pinned = new Map<number, number>();
  const taken = new Set<number>();
  for (const [place, when] of [...pins].sort(([left], [right]) => left - right)) {
    let best: number | undefined;
    for (const [position, worth] of relevance.entries())
      if (
        !taken.has(position) &&
        (best === undefined || worth > relevance[best]!) &&
        holds(when, itemAt(position))
      )
        best = position;
    if (best === undefined) continue;
    taken.add(best);
    pinned.set(place, best);
  }
  return pinned;
}

/** Positions in the order of the source. */
function proposedBy(source: string, candidates: Candidates, isBuried: Uint8Array): number[] {
  const inOrder: number[] = [];
  for (const [position, place] of (candidates.placesOf(source) ?? []).entries())
    if (place !== NOWHERE && !isBuried[position]) inOrder[place] = position;
  return inOrder.filter(() => true); // without the places of what is buried
}
