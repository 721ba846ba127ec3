import type { Likeness } from "#declarations";
import type { Catalogue, Item } from "#events";

/** How alike two of the items are, by their positions: 0 to 1, nothing in common 0. */
export type LikenessOf = (one: number, other: number) => number;

/** The rows of items, by position. */
export interface ComparedItems {
  readonly catalogue: Pick<Catalogue, "at" | "tagCodesOf">;
  readonly itemRows: ArrayLike<number>;
}

/** What an item is compared by is worked out when it is first asked for: of hundreds of candidates few come near a place. */
export function likenessOf({ catalogue, itemRows }: ComparedItems, kind: Likeness): LikenessOf {
  return kind === "tags"
    ? byTags(whenAsked((position) => catalogue.tagCodesOf(itemRows[position]!)))
    : byVectors(whenAsked((position) => unitVectorOf(catalogue.at(itemRows[position]!))));
}

/** Jaccard: the tags two items share, over the tags either has. */
function byTags(tagCodesAt: (position: number) => readonly number[]): LikenessOf {
  return (one, other) => {
    const [own, theirs] = [tagCodesAt(one), tagCodesAt(other)];
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
function byVectors(unitAt: (position: number) => Float64Array): LikenessOf {
  return (one, other) => {
    const [own, theirs] = [unitAt(one), unitAt(other)];
    if (theirs.length !== own.length) return 0;
    let cosine = 0;
    for (let place = 0; place < own.length; place++) cosine += own[place]! * theirs[place]!;
    return Math.max(0, cosine);
  };
}

function unitVectorOf({ vector = [] }: Item): Float64Array {
  const norm = Math.hypot(...vector) || 1;
  return Float64Array.from(vector, (value) => value / norm);
}

function whenAsked<Worth>(make: (position: number) => Worth): (position: number) => Worth {
  const made: (Worth | undefined)[] = [];
  return (position) => {
    made[position] ??= make(position);
    return made[position];
  };
}
