import { DAY_MS } from "#base";
import type { Gains } from "#declarations";
import { bornMsOf, type Item } from "#events";
import type { Candidates } from "../candidates.ts";
import type { Query } from "../pipeline.ts";

interface Gained {
  readonly candidates: Pick<Candidates, "maturityAt">;
  /** Of the candidates. */
  readonly itemAt: (position: number) => Item;
  readonly gains: Gains | undefined;
  readonly query: Pick<Query, "asOfMs">;
}

/** Relevance, (candidates), times what an interest's stage of life and an item's youth are worth. */
export function withGains(
  relevance: Float64Array,
  { candidates, itemAt, gains, query }: Gained,
): Float64Array {
  if (!gains) return relevance;
  const { maturity = {}, freshness } = gains;
  return relevance.map((value, position) => {
    const stage = candidates.maturityAt(position);
    const { most = 0, halfLifeDays = 1 } = freshness ?? {};
    const youth = most === 0 ? 1 : 1 + most * 2 ** (-ageDays(itemAt(position), query.asOfMs) / halfLifeDays);
    return value * youth * ((stage && maturity[stage]) ?? 1);
  });
}

/** Of a moment before it was heard of an item is no news: nobody knew how old it was. */
function ageDays(item: Item, asOfMs: number): number {
  const bornMs = bornMsOf(item) ?? Number.POSITIVE_INFINITY;
  return bornMs > asOfMs ? Number.POSITIVE_INFINITY : (asOfMs - bornMs) / DAY_MS;
}
