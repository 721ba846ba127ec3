import type { Likeness } from "#declarations";
import type { Item } from "#events";

/** How alike two of the items are, by their positions: 0 to 1, nothing in common 0. */
export type LikenessOf = (one: number, other: number) => number;

type ItemAt = (position: number) => Item;

/** What an item is compared by is worked out when it is first asked for: of hundreds of candidates few come near a place. */
export function likenessOf(itemAt: ItemAt, kind: Likeness): LikenessOf {
  return kind === "tags" ? byTags(itemAt) : byVectors(itemAt);
}

/** Jaccard: the tags two items share, over the tags either has. */
function byTags(itemAt: ItemAt): LikenessOf {
  const codes = new Map<string, number>();
  const codeOf = (tag: string): number => {
    const code = codes.get(tag) ?? codes.size;
    codes.set(tag, code);
    return code;
  };
  const tagsOf = whenAsked(itemAt, ({ tags }) => Uint32Array.from(new Set(tags), codeOf).sort());
  return (one, other) => {
    const [own, theirs] = [tagsOf(one), tagsOf(other)];
    let shared = 0;
    for (let left = 0, right = 0; left < own.length && right < theirs.length; ) {
      const difference = own[left]! - theirs[right]!;
      if (difference === 0) shared++;
      if (difference <= 0) left++;
      if (difference >= 0) right++;
    }
    return shared === 0 ? 0 : shared / (own.length + theirs.length - shared);
  };
}

/** Cosine, not below 0; 0 for an item without a vector, and between vectors of different lengths. */
function byVectors(itemAt: ItemAt): LikenessOf {
  const unitOf = whenAsked(itemAt, ({ vector = [] }) => {
    const norm = Math.hypot(...vector) || 1;
    return Float64Array.from(vector, (value) => value / norm);
  });
  return (one, other) => {
    const [own, theirs] = [unitOf(one), unitOf(other)];
    if (theirs.length !== own.length) return 0;
    let cosine = 0;
    for (let place = 0; place < own.length; place++) cosine += own[place]! * theirs[place]!;
    return Math.max(0, cosine);
  };
}

function whenAsked<Worth>(itemAt: ItemAt, make: (item: Item) => Worth): (position: number) => Worth {
  const made = new Map<number, Worth>();
  return (position) => {
    const known = made.get(position) ?? make(itemAt(position));
    made.set(position, known);
    return known;
  };
}
