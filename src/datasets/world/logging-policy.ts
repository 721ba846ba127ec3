import { DAY_MS, type Random } from "#base";
import { type Catalogue, itemsBornBefore } from "./catalogue.ts";
import { itemIdOf } from "./item-input.ts";
import { ItemPool, type PoolWindow } from "./item-pool.ts";
import type { TopicTree } from "./topics.ts";
import type { PolicyConfig } from "./world-config.ts";

/**
 * @file The recommender in force while the log was written. Each slot is drawn from a mixture of arms `sum_a share_a p_a(i)`;
 * an item already in the slate is drawn again, so the probability logged for a slot is exact given the slots above it:
 *
 *     actionProbability(i at k) = p(i) / (1 - sum_{j < k} p(i_j))
 *
 * Home knows nothing of the person (popular, fresh, anything); search and related follow the query or the seed item through
 * public tags. Slots are exchangeable: within a slate, relevance does not depend on position, and position bias is pure.
 * Every item that exists can be shown on every surface (`explore`), which inverse-propensity estimates require (Bottou et
 * al. 2013, "Counterfactual Reasoning and Learning Systems").
 */
export type SlateRequest =
  | { readonly surface: "home" }
  | { readonly surface: "search"; readonly middle: number; readonly leaf?: number }
  | { readonly surface: "related"; readonly seedRow: number };

export type Surface = SlateRequest["surface"];

export interface ShownItem {
  readonly row: number;
  /** Which arm brought it: `popular`, `fresh`, `explore`, `query:<text>` or `item:<seed id>`. */
  readonly source: string;
  readonly actionProbability: number;
}

interface Arm {
  readonly share: number;
  readonly window: PoolWindow;
  readonly source: string;
}

export class LoggingPolicy {
  readonly #config: PolicyConfig;
  readonly #topics: TopicTree;
  readonly #catalogue: Catalogue;
  readonly #popular: ItemPool;
  readonly #uniform: ItemPool;
  readonly #byLeaf: readonly ItemPool[];
  readonly #byMiddle: readonly ItemPool[];

  constructor(config: PolicyConfig, topics: TopicTree, catalogue: Catalogue) {
    this.#config = config;
    this.#topics = topics;
    this.#catalogue = catalogue;
    const popularity = (row: number): number => catalogue.popularity[row]!;
    const everything = Uint32Array.from(catalogue.bornMs, (_, row) => row);
    this.#popular = new ItemPool(everything, popularity);
    this.#uniform = new ItemPool(everything, () => 1);
    const rowsOfLeaf = topics.leaves.map(() => new Set<number>());
    const rowsOfMiddle = topics.middleNames.map(() => new Set<number>());
    for (const row of everything)
      for (const leaf of [catalogue.mainLeaves[row]!, catalogue.secondLeaves[row]!]) {
        rowsOfLeaf[leaf]!.add(row);
        rowsOfMiddle[topics.leaves[leaf]!.middle]!.add(row);
      }
    const toPool = (rows: ReadonlySet<number>): ItemPool => new ItemPool(Uint32Array.from(rows), popularity);
    this.#byLeaf = rowsOfLeaf.map(toPool);
    this.#byMiddle = rowsOfMiddle.map(toPool);
  }

  /** A slate of distinct items that exist at `timeMs`, first position first. */
  slate(request: SlateRequest, timeMs: number, random: Random): ShownItem[] {
    const bornCount = itemsBornBefore(this.#catalogue, timeMs);
    const arms = this.#arms(request, timeMs, bornCount).filter(({ window }) => !window.isEmpty);
    const shareOfAll = arms.reduce((total, { share }) => total + share, 0);
    const probabilityOf = (row: number): number => {
      let sum = 0;
      for (const { share, window } of arms) sum += share * window.probabilityOf(row);
      return sum / shareOfAll;
    };
    const excluded = new Set<number>();
    let left = 1;
    const exclude = (row: number, probability: number): void => {
      excluded.add(row);
      left -= probability;
    };
    if (request.surface === "related") exclude(request.seedRow, probabilityOf(request.seedRow));
    const shown: ShownItem[] = [];
    const size = Math.min(this.#config.slateSize, bornCount - excluded.size);
    while (shown.length < size) {
      const arm = drawArm(arms, random.uniform() * shareOfAll);
      const row = arm.window.draw(random);
      if (excluded.has(row)) continue;
      const probability = probabilityOf(row);
      shown.push({ row, source: arm.source, actionProbability: probability / left });
      exclude(row, probability);
    }
    return shown;
  }

  #arms(request: SlateRequest, timeMs: number, bornCount: number): Arm[] {
    const uniform = this.#uniform.window(0, bornCount);
    if (request.surface === "home") {
      const { popular, fresh, explore } = this.#config.home;
      const freshFrom = itemsBornBefore(this.#catalogue, timeMs - this.#config.freshDays * DAY_MS);
      return [
        { share: popular, window: this.#popular.window(0, bornCount), source: "popular" },
        { share: fresh, window: this.#uniform.window(freshFrom, bornCount), source: "fresh" },
        { share: explore, window: uniform, source: "explore" },
      ];
    }
    const { leaf: leafShare, middle: middleShare, explore } = this.#config.topical;
    const { leaf, middle, source } = this.#subject(request);
    const ofMiddle = this.#byMiddle[middle]!.window(0, bornCount);
    const ofLeaf = leaf === undefined ? ofMiddle : this.#byLeaf[leaf]!.window(0, bornCount);
    return [
      { share: leafShare, window: ofLeaf, source },
      { share: middleShare, window: ofMiddle, source },
      { share: explore, window: uniform, source: "explore" },
    ];
  }

  #subject(request: Exclude<SlateRequest, { surface: "home" }>): {
    readonly leaf: number | undefined;
    readonly middle: number;
    readonly source: string;
  } {
    if (request.surface === "search") {
      const { leaf, middle } = request;
      const text =
        leaf === undefined ? this.#topics.middleNames[middle]! : this.#topics.leaves[leaf]!.path[2];
      return { leaf, middle, source: `query:${text}` };
    }
    const leaf = this.#catalogue.mainLeaves[request.seedRow]!;
    return { leaf, middle: this.#topics.leaves[leaf]!.middle, source: `item:${itemIdOf(request.seedRow)}` };
  }
}

function drawArm(arms: readonly Arm[], target: number): Arm {
  let left = target;
  for (const arm of arms) {
    left -= arm.share;
    if (left < 0) return arm;
  }
  return arms.at(-1)!; // rounding only: the target is below the sum of shares
}
