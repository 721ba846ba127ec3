import type { ItemPredicate } from "./item-predicate.ts";

/**
 * @file What a surface is made of: the stages that make its lists, in the order in which they run. Plain data, so that it can be
 * shown, compared and run beside another.
 */
export interface DeclaredSurface {
  /** All are asked at once. The first that proposed an item gives it its name. */
  readonly sources: readonly SurfaceSource[];
  readonly filters?: SurfaceFilters;
  /** Default: `{ kind: "model", model: "personal" }`. */
  readonly scorer?: SurfaceScorer;
  /** Default: none, the best score first. */
  readonly diversity?: Diversity;
  /** What makes a candidate worth more or less than its score says. Default: nothing. */
  readonly gains?: Gains;
  /** Name of a source -> how much of the list is its. */
  readonly quotas?: Readonly<Record<string, Quota>>;
  /** Later ones win where two want the same. */
  readonly rules?: readonly Rule[];
  readonly exploration?: Exploration;
  /** Other stages for the same surface: made beside its lists, never shown, compared. */
  readonly shadow?: Omit<DeclaredSurface, "shadow"> & {
    /** Part of the requests for which it runs. Default: 0.1. */
    readonly share?: number;
  };
}

/** Where candidates come from. */
export type SurfaceSource = SourceLimits &
  (
    | {
        /** What a model in service scores highest. `cold-start` answers everybody, the others people with a history. */
        readonly kind: "model";
        readonly model: ModelOfSurface;
      }
    | {
        /** The items nearest to the person's vector by the first model in service that makes any; nothing where none does. */
        readonly kind: "vector";
        /** By the newest events, or as the last refresh left it. */
        readonly of: "now" | "long";
      }
    | {
        /** The nearest items of the newest engagements, in turn. */
        readonly kind: "neighbours";
        /** Of so many engagements. Default: 5. */
        readonly newest?: number;
      }
    | {
        /** Of each interest of the person, by its importance, the nearest items of those that speak for it. */
        readonly kind: "interests";
      }
    | {
        /** Items that came to be of late, newest first. */
        readonly kind: "fresh";
        /** Default: 7. */
        readonly days?: number;
      }
    | {
        /** What people engage with right now. */
        readonly kind: "popular-now";
        /** After so many hours an engagement counts half. Default: 24. */
        readonly halfLifeHours?: number;
        /** Only engagements on the surface asked for. Default: on all. */
        readonly onThisSurface?: boolean;
      }
  );

export interface SourceLimits {
  /** Default: the kind, or the model. */
  readonly name?: string;
  /** Candidates wanted of it. Default: 200. */
  readonly budget?: number;
  /** After this it is left out. Default: 200. */
  readonly timeoutMs?: number;
}

/** What a model in service is there for, or its name: `personal`, `cold-start`, `item-knn`, `item-knn@0002`. */
export type ModelOfSurface = "personal" | "cold-start" | (string & {});

export interface SurfaceFilters {
  /** Leaves out what was shown so often in vain, within so many hours. */
  readonly fatigue?: { readonly impressions: number; readonly hours: number };
  /** Keeps items with any of `any`, all of `all` and none of `none`. */
  readonly tags?: {
    readonly any?: readonly string[];
    readonly all?: readonly string[];
    readonly none?: readonly string[];
  };
}

export type SurfaceScorer =
  /** A model's own score; somebody without a history gets the cold-start model's. */
  | { readonly kind: "model"; readonly model: ModelOfSurface }
  /** Reciprocal ranks in the sources, added up; with `model`, its order of the candidates votes too. */
  | { readonly kind: "fusion"; readonly model?: ModelOfSurface };

/** What two items have in common: share of tags (Jaccard), or cosine of the vectors that were put with them. */
export type Likeness = "tags" | "vectors";

export type Diversity =
  | {
      /** Maximal marginal relevance: `relevance x lambda - (1 - lambda) x likeness` to the most alike above (Carbonell and Goldstein 1998). */
      readonly kind: "mmr";
      readonly lambda: number;
      readonly likeness: Likeness;
    }
  | {
      /** Relevance times `penalty` for each of the last `size` items that is at least `alike`. */
      readonly kind: "window";
      readonly size: number;
      readonly penalty: number;
      readonly alike: number;
      readonly likeness: Likeness;
    };

/** Relevance times each of these, before diversity and rules. */
export interface Gains {
  /** Of what was found for an interest in that stage of its life; 1 where nothing is said. */
  readonly maturity?: Readonly<Partial<Record<InterestStage, number>>>;
  /** `1 + most x 2^(-age / half-life)` of an item that has a time of birth. */
  readonly freshness?: { readonly most: number; readonly halfLifeDays: number };
}

export type InterestStage = "new" | "growing" | "habit" | "fading";

/** Of every `within` places, counted from the top. */
export interface Quota {
  readonly within: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export type Rule =
  /** Puts the best of the items at a place, from 0; up to 50 of them are candidates whatever the sources say. */
  | { readonly kind: "pin"; readonly when: ItemPredicate; readonly place: number }
  /** After everything that is not buried. */
  | { readonly kind: "bury"; readonly when: ItemPredicate }
  /** Relevance times `by`. */
  | { readonly kind: "boost"; readonly when: ItemPredicate; readonly by: number };

/** At its places, with probability `share`, one of the source's next `pool` items by equal chance stands instead of the best. */
export interface Exploration {
  /** From 0. */
  readonly places: readonly number[];
  readonly share: number;
  /** Name of a source. */
  readonly source: string;
  /** Default: 20. */
  readonly pool?: number;
}

/** Declares the stages of a surface. Its values are checked by `defineConfig`, which knows its name. */
export function surface<const Given extends DeclaredSurface>(input: Given): Given {
  return input;
}

/** Name under which the list's items of a source are told. */
export function sourceNameOf(source: SurfaceSource): string {
  if (source.name !== undefined) return source.name;
  if (source.kind === "vector") return `vector-${source.of}`;
  return source.kind === "model" ? source.model : source.kind;
}

/** In force where no surfaces are declared: what the personal model scores highest; what is popular where it has nothing to say. */
export const defaultSurface = surface({
  sources: [
    { kind: "model", model: "personal", budget: 500, timeoutMs: 5000 },
    { kind: "model", model: "cold-start", budget: 500, timeoutMs: 5000 },
  ],
});
