import { DAY_MS, type ItemRow, monotonicMs, murmur3, PlatformError, Random } from "#base";
import type { DeclaredSurface } from "#declarations";
import type { ModelId, ModelReference, ModelsInService, ServedModel } from "#models";
import { readPersonSequence, type SequenceRow } from "#sequences";
import type { StateReader } from "#storage";
import { AskedModels } from "./asked-models.ts";
import { Candidates } from "./candidates.ts";
import { compareLists, type ListComparison } from "./compare-lists.ts";
import type { ItemIndexes } from "./items/item-indexes.ts";
import { PersonReader, type PersonReaderParts } from "./person-reader.ts";
import type { PipelineTrace, Query, Recommended } from "./pipeline.ts";
import { emptyQuery, type RecommendationRequest, readQuery } from "./query.ts";
import { rehearse } from "./rehearse.ts";
import { type PipelineRun, runPipeline } from "./run-pipeline.ts";
import { fusedWithOrder } from "./scorers/fusion-scorer.ts";
import { headsAt, noScores, utilityOf } from "./scorers/utility.ts";
import type { ServedList } from "./served-list.ts";
import { type Surface, type SurfaceParts, Surfaces, shadowOf } from "./surfaces.ts";

export interface RecommenderParts extends SurfaceParts, PersonReaderParts {
  /** Surface -> its stages; empty where none is declared. */
  readonly surfaces: ReadonlyMap<string, DeclaredSurface>;
  /** A surface may name any of them, and a request the one that answers in place of the personal one. */
  readonly models: ModelsInService;
  /** The items as vectors of the model in service that makes any; where none does it has no index. */
  readonly indexes: Pick<ItemIndexes, "current">;
}

/** The models that answered, or would have. */
export interface AnsweringModels {
  /** For somebody with a history. */
  readonly personal: ServedModel;
  readonly coldStart: ServedModel;
  /** What a surface asked by its name, such as a ranker, and what made the vectors. */
  readonly others?: readonly ServedModel[];
}

export interface Recommendations extends AnsweringModels {
  readonly surface: string;
  readonly items: readonly Recommended[];
  /** True when nothing the person did was there to go by. */
  readonly isColdStart: boolean;
  /** Of all that were in service. */
  readonly modelIds: readonly ModelId[];
  /** Time of the newest event the list reflects; `undefined` for a cold start. */
  readonly newestEventMs: number | undefined;
  /** How long it took to find out who asks, before any stage. */
  readonly queryMs: number;
  /** And what models took of the stages. */
  readonly modelMs: ReadonlyMap<ModelReference, number>;
  readonly trace: PipelineTrace;
}

/** Items somebody else found, in their order. */
export interface GivenItems {
  readonly itemIds: readonly string[];
  /** Whether that order counts as much as the scorer's, by reciprocal ranks: where whoever found them knows how well they fit. */
  readonly orderVotes?: boolean;
}

/** What the scorer says of an item it was given; nothing where it knows nothing of it. */
export interface RankedItem {
  readonly itemRow: ItemRow;
  readonly score?: number;
  readonly heads?: Readonly<Record<string, number>>;
}

export interface Ranking extends AnsweringModels {
  readonly surface: string;
  /** Best first; those without a score last, in the order given. */
  readonly items: readonly RankedItem[];
  readonly unknownItemIds: readonly string[];
  /** What the person muted: not ranked. */
  readonly mutedItemIds: readonly string[];
  readonly isColdStart: boolean;
  readonly newestEventMs: number | undefined;
  /** How long it took to find out who asks. */
  readonly queryMs: number;
  /** And to score the items. */
  readonly scorerMs: number;
  /** What models took of that. */
  readonly modelMs: ReadonlyMap<ModelReference, number>;
}

/** Recommendations, rankings and related items, by the stages of surfaces and the models in service. */
export class Recommender {
  readonly #parts: RecommenderParts;
  readonly #reader: PersonReader;
  readonly #surfaces: Surfaces;

  constructor(parts: RecommenderParts, surfaces = new Surfaces(parts, parts.surfaces)) {
    this.#parts = parts;
    this.#reader = new PersonReader(parts);
    this.#surfaces = surfaces;
  }

  /** Which versions of which models are in service. */
  get modelIds(): readonly ModelId[] {
    return this.#parts.models.current.ids;
  }

  /** The models that answer now where no other is asked for. */
  get models(): AnsweringModels {
    return this.#parts.models.current;
  }

  /** The same, of people as another state knows them: a sandbox. */
  over(state: StateReader): Recommender {
    const interests = this.#parts.interests.over(state);
    const vectors = this.#parts.vectors.over(state);
    return new Recommender({ ...this.#parts, state, interests, vectors }, this.#surfaces);
  }

  /**
   * The surface of that name, or the first.
   * @throws PlatformError `unknown-surface`, listing those there are
   */
  surface(name: string | undefined): Surface {
    const found = this.#surfaces.named(name);
    if (found) return found;
    const known = this.#surfaces.names().join(", ");
    throw new PlatformError("unknown-surface", `no surface "${name}" is declared; there are ${known}`);
  }

  /** Resolves when the next list is made as quickly as any after it: nothing is left to be read, compiled or counted at first. */
  async rehearse(): Promise<void> {
    const { catalogue, clock, indexes } = this.#parts;
    await indexes.current?.settled();
    await indexes.current?.encoder.queue.encode({ itemRows: Uint32Array.of(0) }); // its thread reads the model
    const step = Math.max(1, Math.floor(catalogue.itemCount / REHEARSED));
    const rows = Array.from({ length: Math.min(REHEARSED, catalogue.itemCount) }, (_, at) => at * step);
    await rehearse(this, {
      ...{ surfaces: this.#surfaces.names(), itemIds: rows.map((row) => catalogue.at(row).itemId) },
      ...{ asOfMs: clock.nowMs(), cameMs: monotonicMs() },
    });
  }

  /** @throws PlatformError `unknown-surface`, `unknown-model`, `item-not-found` */
  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const surface = this.surface(request.surface);
    return this.#parts.models.use(async (models) => {
      const startedMs = monotonicMs();
      const asked = new AskedModels(models);
      const query = await this.#queryOf(request, surface, asked);
      const queryMs = monotonicMs() - startedMs;
      const list = told(surface.name, query, await runPipeline(surface.pipeline, query));
      return { ...list, others: asked.others(query), queryMs, modelIds: models.ids };
    });
  }

  /** The list of the surface's shadow, held against the one that was served; `undefined` where it has none, or it is not its turn. */
  async shadow(
    request: RecommendationRequest,
    { surface, items }: Recommendations,
  ): Promise<{ readonly list: Recommendations; readonly comparison: ListComparison } | undefined> {
    const { shadowShare } = this.surface(surface);
    if (!Random.of(murmur3(request.seed), "shadow").chance(shadowShare)) return undefined;
    const list = await this.recommend({ ...request, surface: shadowOf(surface) });
    return { list, comparison: compareLists(items, list.items, this.#parts.catalogue) };
  }

  /** The list that would be served if `model` answered people with a history. @throws PlatformError `unknown-surface` */
  async listBy(model: ServedModel, request: RecommendationRequest): Promise<readonly Recommended[]> {
    const surface = this.surface(request.surface);
    return this.#parts.models.use(async (models) => {
      const named = (name: string): Promise<ServedModel> => models.named(name);
      const asked = { personal: model, coldStart: models.coldStart, named };
      const query = await this.#queryOf(request, surface, asked);
      return (await runPipeline(surface.pipeline, query)).items;
    });
  }

  /** Items the person engaged with after a moment, of the newest they did by now. */
  async engagedAfter(
    userId: string,
    { afterMs, nowMs }: { readonly afterMs: number; readonly nowMs: number },
  ): Promise<ReadonlySet<number>> {
    const person = await this.#reader.person(userId);
    const rows = (await person?.rowsOf({ kind: "positive", asOfMs: nowMs })) ?? [];
    return new Set(
      rows.filter(({ rows: of, n }) => of.timestampMs(n) > afterMs).map(({ rows: of, n }) => of.itemRow(n)),
    );
  }

  /** The lists of two surfaces for the same request. @throws PlatformError `unknown-surface` */
  async compare(
    request: RecommendationRequest,
    surfaces: readonly [string, string],
  ): Promise<ListComparison> {
    const [one, other] = await Promise.all(
      surfaces.map(async (surface) => (await this.recommend({ ...request, surface })).items),
    );
    return compareLists(one ?? [], other ?? [], this.#parts.catalogue);
  }

  /**
   * Scores items somebody else found: the scorer decides, and how the caller ordered them has no part in it unless `orderVotes`.
   * @throws PlatformError `unknown-surface`, `unknown-model`, `item-not-found`
   */
  async rank(request: RecommendationRequest, { itemIds, orderVotes = false }: GivenItems): Promise<Ranking> {
    const surface = this.surface(request.surface);
    return this.#parts.models.use(async (models) => {
      const startedMs = monotonicMs();
      const asked = new AskedModels(models);
      const query = await this.#queryOf(request, surface, asked);
      const queryMs = monotonicMs() - startedMs;
      const ranking = await this.#rank(surface, query, { itemIds, orderVotes });
      return { ...ranking, others: asked.others(query), queryMs };
    });
  }

  async #rank(
    { name, pipeline }: Surface,
    query: Query,
    { itemIds, orderVotes }: GivenItems,
  ): Promise<Omit<Ranking, "queryMs">> {
    const startedMs = monotonicMs();
    const { given, unknownItemIds, mutedItemIds } = this.#found(query, itemIds);
    const candidates = Candidates.merge([
      { name: GIVEN, kept: given.map((itemRow) => ({ itemRow, score: 0 })) },
    ]);
    const { givenScorer, utility } = pipeline;
    const scores = givenScorer ? await givenScorer.score(query, candidates) : noScores;
    const own = utilityOf(scores, utility, given.length);
    const utilities = orderVotes ? fusedWithOrder(own) : own;
    const items = given.map((itemRow, position): RankedItem => {
      const score = utilities[position]!;
      if (Number.isNaN(score)) return { itemRow };
      return { itemRow, score, ...(!Number.isNaN(own[position]) && { heads: headsAt(scores, position) }) };
    });
    const { history, personal, models } = query;
    return {
      surface: name,
      items: items.sort((left, right) => orderOf(right) - orderOf(left) || 0),
      unknownItemIds,
      mutedItemIds,
      isColdStart: history.itemRows.length === 0,
      ...{ personal, coldStart: models.coldStart },
      newestEventMs: history.timestampsMs?.at(-1),
      scorerMs: monotonicMs() - startedMs,
      modelMs: query.modelTimes.ms,
    };
  }

  /** Each of the items once: those to be ranked, those nobody put, and those the person muted. */
  #found(
    query: Query,
    itemIds: readonly string[],
  ): { given: ItemRow[] } & Pick<Ranking, "unknownItemIds" | "mutedItemIds"> {
    const [given, unknownItemIds, mutedItemIds]: [ItemRow[], string[], string[]] = [[], [], []];
    for (const itemId of new Set(itemIds)) {
      const itemRow = this.#parts.catalogue.rowOf(itemId);
      if (itemRow === undefined) unknownItemIds.push(itemId);
      else if (query.isMuted(itemRow)) mutedItemIds.push(itemId);
      else given.push(itemRow);
    }
    return { given, unknownItemIds, mutedItemIds };
  }

  /** Items the same people engage with, nearest first; then items that share tags, which also serves items still unmet. */
  async related(itemRow: ItemRow, n: number, asOfMs: number): Promise<readonly Recommended[]> {
    const { models: inService, indexes } = this.#parts;
    return inService.use(async (models) => {
      const query = {
        ...emptyQuery({ models, index: indexes.current }, n, asOfMs),
        condition: { kind: "item", itemRow } as const,
        excluded: new Set<number>([itemRow]),
      };
      return (await runPipeline(this.#surfaces.related(), query)).items;
    });
  }

  /** What the person did with a list: their events that carry its id as slate, newest first. */
  async outcomes({ recommendationId, userId, asOfMs }: ServedList, nowMs: number): Promise<SequenceRow[]> {
    const { state } = this.#parts;
    const person = userId === undefined ? undefined : await this.#reader.person(userId);
    if (!person) return [];
    const query = { limit: OUTCOME_ROWS, asOfMs: nowMs, sinceMs: asOfMs - DAY_MS }; // clocks of clients differ
    const rows = await readPersonSequence(state, person.state, query);
    return rows.rows().filter(({ slateId }) => slateId === recommendationId);
  }

  /** Called as soon as the models are taken, so that the index is of the same moment. */
  #queryOf(request: RecommendationRequest, { shownAs }: Surface, models: Query["models"]): Promise<Query> {
    const { catalogue, actions, indexes } = this.#parts;
    const parts = { catalogue, actions, models, index: indexes.current, reader: this.#reader };
    return readQuery({ ...request, surface: shownAs }, parts);
  }
}

const GIVEN = "given";
/** Items that somebody made up did something with. */
const REHEARSED = 10;
/** Rows of a person looked through for what came of a list. */
const OUTCOME_ROWS = 2000;

function orderOf({ score = Number.NEGATIVE_INFINITY }: RankedItem): number {
  return score;
}

function told(
  surface: string,
  query: Query,
  { items, trace }: PipelineRun,
): Omit<Recommendations, "modelIds" | "queryMs"> {
  return {
    surface,
    items,
    isColdStart: query.history.itemRows.length === 0,
    ...{ personal: query.personal, coldStart: query.models.coldStart },
    newestEventMs: query.history.timestampsMs?.at(-1),
    modelMs: query.modelTimes.ms,
    trace,
  };
}
