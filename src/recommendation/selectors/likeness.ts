import type { Likeness } from "#declarations";
import type { Item } from "#events";

/** How alike one of the items is to each of them: shape (items), 0 to 1, nothing in common 0. */
export type LikenessTo = (position: number) => Float64Array;

export function likenessOf(items: readonly Item[], kind: Likeness): LikenessTo {
  return kind === "tags" ? byTags(items) : byVectors(items);
}

/** Jaccard: the tags two items share, over the tags either has. */
function byTags(items: readonly Item[]): LikenessTo {
  const codes = new Map<string, number>();
  const tags = items.map((item) => {
    const own = new Set(item.tags);
    for (const tag of own) if (!codes.has(tag)) codes.set(tag, codes.size);
    return Uint32Array.from(own, (tag) => codes.get(tag)!);
  });
  return (position) => {
    const own = tags[position]!;
    const isOwn = new Uint8Array(codes.size);
    for (const code of own) isOwn[code] = 1;
    return Float64Array.from(tags, (theirs) => {
      let shared = 0;
      for (const code of theirs) shared += isOwn[code]!;
      return shared === 0 ? 0 : shared / (own.length + theirs.length - shared);
    });
  };
}

/** Cosine, not below 0; 0 for an item without a vector, and between vectors of different lengths. */
function byVectors(items: readonly Item[]): LikenessTo {
  const unit = items.map(({ vector = [] }) => {
    const norm = Math.hypot(...vector) || 1;
    return Float64Array.from(vector, (value) => value / norm);
  });
  return (position) => {
    const own = unit[position]!;
    return Float64Array.from(unit, (theirs) => {
      if (theirs.length !== own.length) return 0;
      let cosine = 0;
      for (const [place, value] of own.entries()) cosine += value * theirs[place]!;
      return Math.max(0, cosine);
    });
  };
}
