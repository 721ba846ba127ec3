import { DAY_MS } from "#base";
import type { Gains } from "#declarations";
import type { Item } from "#events";
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
    const bornMs = itemAt(position).createdAtMs;
    const ageDays = bornMs === undefined ? Number.POSITIVE_INFINITY : (query.asOfMs - bornMs) / DAY_MS;
    const youth = freshness ? 1 + freshness.most * 2 ** (-Math.max(0, ageDays) / freshness.halfLifeDays) : 1;
    return value * youth * ((stage && maturity[stage]) ?? 1);
  });
}
