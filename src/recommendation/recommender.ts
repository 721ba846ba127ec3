import type { ItemRow } from "#base";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import type { ServedModel, ServedModels } from "#models";
import { historyOfRows, readEngagements, readPerson, SEQUENCE_ROWS } from "#sequences";
import type { StateReader } from "#storage";
import { AvailabilityFilter } from "./filters/availability-filter.ts";
import { SeenFilter } from "./filters/seen-filter.ts";
import { ReasonHydrator, Wording } from "./hydrators/reason-hydrator.ts";
import { type Candidate, type Pipeline, type Query, runPipeline } from "./pipeline.ts";
import { TopSelector } from "./selectors/top-selector.ts";
import { ModelSource } from "./sources/model-source.ts";
import { RelatedSource } from "./sources/related-source.ts";
import { SharedTagsSource } from "./sources/shared-tags-source.ts";

export interface RecommenderParts {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  /** What a list uses events for; those that may not be used for it do not count. */
  readonly purpose: NamedPurpose;
  /** Answers people with a history. */
  readonly personal: ServedModel;
  /** Answers everybody else, and fills lists that the personal model cannot. */
  readonly coldStart: ServedModel;
  /** All in service; a request may name the one it wants. */
  readonly models: ServedModels;
}

export interface RecommendationRequest {
  readonly userId?: string;
  /** Answers in place of the personal model: `name`, or `name@version`. */
  readonly model?: string;
  readonly n: number;
  readonly asOfMs: number;
  readonly excludeSeen: boolean;
  readonly excludeItemIds: readonly string[];
}

export interface Recommendations {
  readonly candidates: readonly Candidate[];
  /** True when nothing the person did was there to go by. */
  readonly isColdStart: boolean;
  /** The model that answers people with a history. */
  readonly personal: ServedModel;
  /** Time of the newest event the list reflects; `undefined` for a cold start. */
  readonly newestEventMs: number | undefined;
}

/** A list reflects this many of the newest engagements ... */
const HISTORY_ROWS = 1000;
/** ... and leaves out what was seen in this many. */
const SEEN_ROWS = SEQUENCE_ROWS;

/** Recommendations and related items from the models in service. */
export class Recommender {
  readonly #parts: RecommenderParts;
  readonly #stages: Pick<Pipeline, "filters" | "selector">;
  readonly #wording: Wording;
  readonly #popular: ModelSource;
  readonly #pipelines = new Map<ServedModel, Pipeline>();

  constructor(parts: RecommenderParts) {
    this.#parts = parts;
    const { catalogue, actions } = parts;
    this.#stages = {
      filters: [new AvailabilityFilter(catalogue), new SeenFilter()],
      selector: new TopSelector(),
    };
    this.#wording = new Wording(catalogue, actions);
    this.#popular = new ModelSource(parts.coldStart.model);
  }

  /** The models that answer where no other is asked for, for the `versions` of every response. */
  get models(): { readonly personal: ServedModel; readonly coldStart: ServedModel } {
    return this.#parts;
  }

  /** The same over another state: a sandbox. */
  over(state: StateReader): Recommender {
    return new Recommender({ ...this.#parts, state });
  }

  /** @throws PlatformError `unknown-model` for one that is not in service */
  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const { models, coldStart } = this.#parts;
    const personal = request.model === undefined ? this.#parts.personal : await models.named(request.model);
    const query = await this.#queryOf(request);
    const isColdStart = query.eventIds.length === 0;
    const candidates = await runPipeline(this.#pipelineOf(isColdStart ? coldStart : personal), query);
    return { candidates, isColdStart, personal, newestEventMs: query.history.timestampsMs?.at(-1) };
  }

  /** Items the same people engage with, nearest first; then items that share tags, which also serves items still unmet. */
  related(itemRow: ItemRow, n: number, asOfMs: number): Promise<readonly Candidate[]> {
    const { catalogue, personal } = this.#parts;
    const sources = [new RelatedSource(personal.model, itemRow), new SharedTagsSource(catalogue, itemRow)];
    const query = { ...emptyQuery(n, asOfMs), excluded: new Set<number>([itemRow]) };
    return runPipeline({ ...this.#stages, sources, hydrators: [] }, query);
  }

  /** What the model proposes, then what is popular. */
  #pipelineOf(served: ServedModel): Pipeline {
    const known = this.#pipelines.get(served);
    if (known) return known;
    const isPopular = served === this.#parts.coldStart;
    const sources = isPopular ? [this.#popular] : [new ModelSource(served.model), this.#popular];
    const models = new Map([served.model, this.#parts.coldStart.model].map((model) => [model.name, model]));
    const pipeline = {
      ...this.#stages,
      sources,
      hydrators: [new ReasonHydrator(models, this.#wording)],
    };
    this.#pipelines.set(served, pipeline);
    return pipeline;
  }

  async #queryOf({ userId, n, asOfMs, excludeSeen, excludeItemIds }: RecommendationRequest): Promise<Query> {
    const { state, catalogue, identity, purpose } = this.#parts;
    const excluded = new Set(excludeItemIds.flatMap((itemId) => catalogue.rowOf(itemId) ?? []));
    const query = { ...emptyQuery(n, asOfMs), excluded, excludeSeen };
    const person = userId === undefined ? undefined : await readPerson(state, identity.idsOf(userId));
    if (!person) return query;
    const engagement = { purpose, asOfMs, limit: SEEN_ROWS };
    const [wanted, unwanted] = await Promise.all([
      readEngagements(this.#parts, person, { ...engagement, kind: "positive" }),
      readEngagements(this.#parts, person, { ...engagement, kind: "negative" }),
    ]);
    const oldestFirst = wanted.slice(0, HISTORY_ROWS).reverse();
    return {
      ...query,
      history: historyOfRows(oldestFirst, this.#parts),
      eventIds: oldestFirst.map(({ eventId }) => eventId),
      actionCodes: oldestFirst.map(({ action }) => action),
      seen: new Set(wanted.map(({ itemRow }) => itemRow)),
      hidden: new Set(unwanted.map(({ itemRow }) => itemRow)),
    };
  }
}

function emptyQuery(n: number, asOfMs: number): Query {
  const none = new Set<number>();
  const history = { itemRows: new Uint32Array(0) };
  return {
    history,
    eventIds: [],
    actionCodes: [],
    seen: none,
    hidden: none,
    excluded: none,
    excludeSeen: true,
    n,
    asOfMs,
  };
}
