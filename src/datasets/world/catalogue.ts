import { DAY_MS, Random } from "#base";
import { logNormal, pickWeighted } from "./distributions.ts";
import type { TopicTree } from "./topics.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * @file The items as they truly are. Births are a Poisson process (one rate before the window, one inside it), so the row
 * of an item is its rank by birth: neither row nor id says anything of its leaf. What the platform may see of an item is in
 * `item-input.ts`.
 */
export interface Catalogue {
  /** (items) birth, ms since the epoch, ascending. */
  readonly bornMs: Float64Array;
  /** (items) the leaf an item is mainly about. */
  readonly mainLeaves: Uint16Array;
  /** (items) the other leaf of a mix; the main one again when there is none. */
  readonly secondLeaves: Uint16Array;
  /** (items) share of the main leaf: 1 for a pure item, else 0.5 to 0.8. */
  readonly mainShares: Float64Array;
  /** (items) log-normal, median 1. */
  readonly quality: Float64Array;
  /** (items) weight by which the logging policy's popular slots are drawn. */
  readonly popularity: Float64Array;
}

/** Draws all items. O(items). */
export function drawCatalogue(config: WorldConfig, topics: TopicTree, startMs: number): Catalogue {
  const bornMs = drawBirths(config, startMs);
  const count = bornMs.length;
  const catalogue = {
    bornMs,
    mainLeaves: new Uint16Array(count),
    secondLeaves: new Uint16Array(count),
    mainShares: new Float64Array(count),
    quality: new Float64Array(count),
    popularity: new Float64Array(count),
  };
  const { mixedShare, mixedWithinTop, qualitySigma, popularityOfQuality, popularitySigma } = config.items;
  for (let row = 0; row < count; row++) {
    const random = Random.of(config.seed, `item/${row}`);
    const main = pickWeighted(random, topics.demand);
    const isMixed = random.chance(mixedShare);
    const second = isMixed ? drawSecondLeaf(random, topics, main, mixedWithinTop) : main;
    const quality = logNormal(random, qualitySigma);
    catalogue.mainLeaves[row] = main;
    catalogue.secondLeaves[row] = second;
    catalogue.mainShares[row] = isMixed ? 0.5 + 0.3 * random.uniform() : 1;
    catalogue.quality[row] = quality;
    catalogue.popularity[row] = quality ** popularityOfQuality * logNormal(random, popularitySigma);
  }
  return catalogue;
}

/** How many items were born before `timeMs`: rows below it exist then. O(log items). */
export function itemsBornBefore(catalogue: Catalogue, timeMs: number): number {
  let low = 0;
  let high = catalogue.bornMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (catalogue.bornMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawBirths(config: WorldConfig, startMs: number): Float64Array {
  const random = Random.of(config.seed, "births");
  const backMs = config.items.catalogueAgeDays * DAY_MS;
  const births: number[] = [];
  const fill = (fromMs: number, toMs: number, expected: number): void => {
    if (expected === 0) return;
    const meanGapMs = (toMs - fromMs) / expected;
    for (let timeMs = fromMs + meanGapMs * random.exponential(); timeMs < toMs; ) {
      births.push(Math.floor(timeMs));
      timeMs += meanGapMs * random.exponential();
    }
  };
  fill(startMs - backMs, startMs, config.itemsBefore);
  fill(startMs, startMs + config.days * DAY_MS, config.itemsPerDay * config.days);
  return Float64Array.from(births);
}

function drawSecondLeaf(random: Random, topics: TopicTree, main: number, withinTop: number): number {
  const among = random.chance(withinTop)
    ? topics.leavesOfTop[topics.leaves[main]!.top]!
    : topics.leaves.map((_, leaf) => leaf);
  const others = among.filter((leaf) => leaf !== main);
  const weights = others.map((leaf) => topics.demand[leaf]!);
  return others[pickWeighted(random, weights)]!;
}
