import { randomUUID } from "node:crypto";
import type { Clock } from "#base";
import {
  type DeclaredSurface,
  defaultSurface,
  type SurfaceScorer,
  type SurfaceSource,
  sourceNameOf,
} from "#declarations";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import type { EventLog, StateReader } from "#storage";
import type { FeatureReader } from "./feature-reader.ts";
import { AvailabilityFilter } from "./filters/availability-filter.ts";
import { FatigueFilter } from "./filters/fatigue-filter.ts";
import { SeenFilter } from "./filters/seen-filter.ts";
import { TagFilter } from "./filters/tag-filter.ts";
import { ReasonHydrator, Wording } from "./hydrators/reason-hydrator.ts";
import { BornOrder } from "./items/born-order.ts";
import { Neighbours } from "./items/neighbours.ts";
import { PopularNow } from "./items/popular-now.ts";
import { TagIndex } from "./items/tag-index.ts";
import { TextIndex } from "./items/text-index.ts";
import type { Pipeline, Query, Scorer, Source, SourceStage, TagFilters } from "./pipeline.ts";
import { isAnswered } from "./query.ts";
import { QueryScores } from "./query-scores.ts";
import { QueryVectors } from "./query-vectors.ts";
import { ByQuery } from "./scorers/by-query.ts";
import { FusionScorer } from "./scorers/fusion-scorer.ts";
import { ModelScorer } from "./scorers/model-scorer.ts";
import { Blender, isBuried } from "./selectors/blender.ts";
import { FreshSource } from "./sources/fresh-source.ts";
import { InterestsSource } from "./sources/interests-source.ts";
import { ListSource } from "./sources/list-source.ts";
import { ModelSource } from "./sources/model-source.ts";
import { NearSource } from "./sources/near-source.ts";
import { NeighboursSource } from "./sources/neighbours-source.ts";
import { PinnedSource } from "./sources/pinned-source.ts";
import { PopularNowSource } from "./sources/popular-now-source.ts";
import { RelatedSource } from "./sources/related-source.ts";
import { SharedTagsSource } from "./sources/shared-tags-source.ts";
import { TextSource } from "./sources/text-source.ts";
import { TopicSource } from "./sources/topic-source.ts";
import { VectorSource } from "./sources/vector-source.ts";

export interface SurfaceParts {
  readonly log: EventLog;
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  readonly purpose: NamedPurpose;
  readonly clock: Clock;
  /** For rankers that read declared features. */
  readonly features: FeatureReader;
  /** Items that nothing is inferred of: no reason names them. */
  readonly isUnsaid: (itemRow: number) => boolean;
}

/** The stages of a surface. */
export interface Surface {
  readonly name: string;
  /** The surface as events name it: of a shadow, the one it stands beside. */
  readonly shownAs: string;
  readonly declared: DeclaredSurface;
  readonly pipeline: Pipeline;
  /** Names the counts of this process, where a source goes by them: another process counts otherwise. */
  readonly counts?: string;
  /** For which part of its requests the lists of its shadow are made too; 0 where it has none. */
  readonly shadowShare: number;
}

/** The name under which the shadow of a surface is a surface of its own, for whoever wants to see its lists. */
export function shadowOf(surface: string): string {
  return `${surface}:shadow`;
}

/** Roles of models. */
const PERSONAL = "personal";
const COLD_START = "cold-start";
const BUDGET = 200;
const TIMEOUT_MS = 200;
/** Of a list about something: what it is about has no source but these, and the first to search waits for the index of words. */
const CONDITION_TIMEOUT_MS = 1000;
/** Of each rule. */
const PINNED = 50;
const NEWEST = 5;
const FRESH_DAYS = 7;
const HALF_LIFE_HOURS = 24;
const SHADOW_SHARE = 0.1;
/** In force for requests that name no surface where none is declared. */
const BUILT_IN = "default";

/** Makes the stages of declared surfaces. What is kept level with the catalogue or the log is shared by all of them. */
export class Surfaces {
  readonly #parts: SurfaceParts;
  readonly #tags: TagIndex;
  readonly #texts: TextIndex;
  readonly #personal = new QueryScores(({ personal }) => personal);
  readonly #vectors = new QueryVectors();
  readonly #neighbours = new Neighbours();
  readonly #byName: ReadonlyMap<string, Surface>;
  #born: BornOrder | undefined;
  readonly #popular = new Map<number, PopularNow>();
  readonly #counts = randomUUID();

  constructor(parts: SurfaceParts, declared: ReadonlyMap<string, DeclaredSurface>) {
    this.#parts = parts;
    this.#tags = new TagIndex(parts.catalogue);
    this.#texts = new TextIndex(parts.catalogue);
    const all = declared.size > 0 ? declared : new Map([[BUILT_IN, defaultSurface]]);
    this.#byName = new Map([...all].flatMap(([name, surface]) => this.#made(name, surface)));
  }

  /** The surface of that name; without a name the first that is declared. */
  named(name: string | undefined): Surface | undefined {
    return name === undefined ? this.#byName.values().next().value : this.#byName.get(name);
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  #made(name: string, declared: DeclaredSurface): [string, Surface][] {
    const { shadow } = declared;
    const pipeline = this.#pipelineOf(name, declared);
    const own: Surface = {
      name,
      shownAs: name,
      declared,
      pipeline,
      ...this.#countsOf(declared),
      shadowShare: shadow ? (shadow.share ?? SHADOW_SHARE) : 0,
    };
    if (!shadow) return [[name, own]];
    const made = { declared: shadow, ...this.#countsOf(shadow) };
    const other = { name: shadowOf(name), shownAs: name, ...made, shadowShare: 0 };
    const { lastResort: _, ...stages } = this.#pipelineOf(name, shadow); // nobody is shown it: what it lacks is to be seen
    return [
      [name, own],
      [other.name, { ...other, pipeline: stages }],
    ];
  }

  #countsOf({ sources }: DeclaredSurface): Pick<Surface, "counts"> {
    return sources.some(({ kind }) => kind === "popular-now") ? { counts: this.#counts } : {};
  }

  /** What is like an item, whoever asks: by engagement, then by tags. */
  related(): Pipeline {
    const { catalogue } = this.#parts;
    return {
      sources: this.#conditional(),
      filters: [new AvailabilityFilter(catalogue), new SeenFilter()],
      utility: {},
      selector: new Blender(catalogue),
      hydrators: [],
    };
  }

  #pipelineOf(name: string, declared: DeclaredSurface): Pipeline {
    const { catalogue, actions, isUnsaid } = this.#parts;
    const { filters: { fatigue, tags } = {}, rules = [] } = declared;
    const fresh = declared.sources.filter(({ kind }) => kind === "fresh").map(sourceNameOf);
    const pins = rules.flatMap((rule) => (rule.kind === "pin" ? [rule.when] : []));
    const pinned = { budget: PINNED * pins.length, timeoutMs: TIMEOUT_MS };
    return {
      sources: [
        ...declared.sources.map((source) => this.#stageOf(source, name, tags)),
        ...this.#conditional(),
        ...(pins.length > 0 ? [{ source: new PinnedSource(catalogue, pins), ...pinned }] : []),
      ],
      lastResort: this.#lastResort(),
      filters: [
        new AvailabilityFilter(catalogue),
        new SeenFilter(),
        new TagFilter(catalogue, tags),
        ...(fatigue ? [new FatigueFilter(fatigue)] : []),
      ],
      scorer: this.#scorerFor(declared.scorer),
      givenScorer: this.#givenScorerFor(declared.scorer),
      utility: declared.scorer?.kind === "ranker" ? (declared.scorer.utility ?? {}) : {},
      selector: new Blender(catalogue, declared),
      ...(rules.some(({ kind }) => kind === "bury") && {
        isBuried: (itemRow) => isBuried(catalogue.at(itemRow), rules),
      }),
      hydrators: [new ReasonHydrator(new Wording(catalogue, actions, fresh), isUnsaid)],
    };
  }

  #stageOf(declared: SurfaceSource, surface: string, tags: TagFilters = {}): SourceStage {
    const { budget = BUDGET, timeoutMs = TIMEOUT_MS } = declared;
    return { source: this.#sourceOf(declared, surface, tags), budget, timeoutMs };
  }

  #sourceOf(declared: SurfaceSource, surface: string, tags: TagFilters): Source {
    const name = sourceNameOf(declared);
    const vectors = this.#vectors;
    switch (declared.kind) {
      case "model": {
        const isPersonal = declared.model !== COLD_START;
        return new ModelSource(name, this.#scoresBy(declared.model), { vectors, isPersonal });
      }
      case "vector":
        return new VectorSource(name, declared.of, { vectors, tags });
      case "neighbours":
        return new NeighboursSource(name, this.#neighbours, declared.newest ?? NEWEST);
      case "interests":
        return new InterestsSource(name, this.#neighbours);
      case "fresh":
        this.#born ??= new BornOrder(this.#parts.catalogue);
        return new FreshSource(name, this.#born, declared.days ?? FRESH_DAYS);
      case "popular-now": {
        const popular = this.#popularBy(declared.halfLifeHours ?? HALF_LIFE_HOURS);
        return new PopularNowSource(name, popular, declared.onThisSurface ? surface : undefined);
      }
    }
  }

  /** What is popular, which is there at once: asked where the sources of a surface had no time. */
  #lastResort(): SourceStage {
    const options = { vectors: this.#vectors, isPersonal: false };
    const source = new ModelSource("last-resort", this.#scoresBy(COLD_START), options);
    return { source, budget: BUDGET, timeoutMs: CONDITION_TIMEOUT_MS };
  }

  #popularBy(halfLifeHours: number): PopularNow {
    const known = this.#popular.get(halfLifeHours) ?? new PopularNow(this.#parts, halfLifeHours);
    this.#popular.set(halfLifeHours, known);
    return known;
  }

  /** Sources of lists that are about something; every surface has them. */
  #conditional(): SourceStage[] {
    const { catalogue } = this.#parts;
    const [tags, texts, vectors] = [this.#tags, this.#texts, this.#vectors];
    const sources = [
      new RelatedSource(this.#neighbours),
      new ListSource(this.#neighbours),
      new SharedTagsSource(catalogue, tags),
      new TopicSource(tags, this.#scoresBy(COLD_START)),
      new TextSource(texts),
      new NearSource({ vectors, tags, texts }),
    ];
    return sources.map((source) => ({ source, budget: BUDGET, timeoutMs: CONDITION_TIMEOUT_MS }));
  }

  /**
   * A list about something is ranked by how well an item fits that, with the person's taste as one vote more; by the surface's own model where that
   * learned what people want of such lists.
   */
  #scorerFor(declared: SurfaceScorer = { kind: "model", model: PERSONAL }): Scorer {
    const scores = declared.kind === "fusion" ? undefined : this.#scoresBy(declared.model);
    const isByFit = async (query: Query): Promise<boolean> =>
      query.condition !== undefined && (await scores?.model(query))?.ranker?.readsConditions !== true;
    const fitting = new FusionScorer(this.#byModel(PERSONAL));
    return new ByQuery(isByFit, fitting, this.#scorerOf(declared));
  }

  /**
   * Of items the caller found no source says how well they fit: they are scored by the surface's own model, or by the one that votes in its fusion.
   * What the list is about is told to a model that learned from that, and moves no other.
   */
  #givenScorerFor(declared?: SurfaceScorer): Scorer {
    if (declared?.kind === "ranker") return this.#modelScorer(declared.model);
    return this.#byModel(declared?.model ?? PERSONAL);
  }

  #scorerOf(declared: SurfaceScorer): Scorer {
    if (declared.kind === "ranker") return this.#modelScorer(declared.model);
    if (declared.kind === "model") return this.#byModel(declared.model);
    return new FusionScorer(declared.model && this.#byModel(declared.model));
  }

  /** Somebody without a history is scored by what is popular, unless the model knows what such people come for. */
  #byModel(model: string): Scorer {
    const coldStart = this.#modelScorer(COLD_START);
    if (model === COLD_START) return coldStart;
    return new ByQuery(isAnswered, this.#modelScorer(model), coldStart);
  }

  #modelScorer(model: string): Scorer {
    const scoresBy = (name: string): QueryScores => this.#scoresBy(name);
    return new ModelScorer(model, this.#scoresBy(model), { ...this.#parts, scoresBy });
  }

  /** By role, or by the name of a model in service: of those in service when the query was asked. */
  #scoresBy(model: string): QueryScores {
    if (model === PERSONAL) return this.#personal;
    if (model === COLD_START) return new QueryScores(({ models }) => models.coldStart, this.#personal);
    return new QueryScores(({ models }) => models.named(model), this.#personal);
  }
}
