import type { ItemRow } from "#base";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import type { FittedModel } from "#models";
import {
  actionCodes,
  hasItem,
  type PersonState,
  readPerson,
  readPersonSequence,
  SEQUENCE_ROWS,
  type SequenceRow,
  usableFor,
} from "#sequences";
import type { StateReader } from "#storage";
import { AvailabilityFilter } from "./filters/availability-filter.ts";
import { SeenFilter } from "./filters/seen-filter.ts";
import { ReasonHydrator, Wording } from "./hydrators/reason-hydrator.ts";
import { type Candidate, type Pipeline, type Query, runPipeline } from "./pipeline.ts";
import { TopSelector } from "./selectors/top-selector.ts";
import { ModelSource } from "./sources/model-source.ts";
import { RelatedSource } from "./sources/related-source.ts";
import { SharedTagsSource } from "./sources/shared-tags-source.ts";

/** A model in service, and the version it is served as. */
export interface ServedModel {
  readonly model: FittedModel;
  readonly version: string;
  /** Time of the newest event it learned from, ms. */
  readonly dataUntilMs: number;
}

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
}

export interface RecommendationRequest {
  readonly userId?: string;
  readonly n: number;
  readonly asOfMs: number;
  readonly excludeSeen: boolean;
  readonly excludeItemIds: readonly string[];
}

export interface Recommendations {
  readonly candidates: readonly Candidate[];
  /** True when nothing the person did was there to go by. */
  readonly isColdStart: boolean;
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
  readonly #personal: Pipeline;
  readonly #coldStart: Pipeline;

  constructor(parts: RecommenderParts) {
    this.#parts = parts;
    const { catalogue, actions } = parts;
    const personal = new ModelSource(parts.personal.model);
    const popular = new ModelSource(parts.coldStart.model);
    const models = new Map([
      [personal.name, parts.personal.model],
      [popular.name, parts.coldStart.model],
    ]);
    const stages = {
      filters: [new AvailabilityFilter(catalogue), new SeenFilter()],
      selector: new TopSelector(),
      hydrators: [new ReasonHydrator(models, new Wording(catalogue, actions))],
    };
    this.#personal = { ...stages, sources: [personal, popular] };
    this.#coldStart = { ...stages, sources: [popular] };
  }

  /** The models that answer, for the `versions` of every response. */
  get models(): { readonly personal: ServedModel; readonly coldStart: ServedModel } {
    return this.#parts;
  }

  /** The same over another state: a sandbox. */
  over(state: StateReader): Recommender {
    return new Recommender({ ...this.#parts, state });
  }

  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const query = await this.#queryOf(request);
    const isColdStart = query.eventIds.length === 0;
    const candidates = await runPipeline(isColdStart ? this.#coldStart : this.#personal, query);
    return { candidates, isColdStart, newestEventMs: query.history.timestampsMs?.at(-1) };
  }

  /** Items the same people engage with, nearest first; then items that share tags, which also serves items still unmet. */
  related(itemRow: ItemRow, n: number, asOfMs: number): Promise<readonly Candidate[]> {
    const { catalogue, personal } = this.#parts;
    const sources = [new RelatedSource(personal.model, itemRow), new SharedTagsSource(catalogue, itemRow)];
    const query = { ...emptyQuery(n, asOfMs), excluded: new Set<number>([itemRow]) };
    return runPipeline({ ...this.#personal, sources, hydrators: [] }, query);
  }

  async #queryOf({ userId, n, asOfMs, excludeSeen, excludeItemIds }: RecommendationRequest): Promise<Query> {
    const { catalogue } = this.#parts;
    const excluded = new Set(excludeItemIds.flatMap((itemId) => catalogue.rowOf(itemId) ?? []));
    const query = { ...emptyQuery(n, asOfMs), excluded, excludeSeen };
    const person = userId === undefined ? undefined : await this.#personOf(userId);
    if (!person) return query;
    const [wanted, unwanted] = await Promise.all([
      this.#rowsOf(person, asOfMs, "positive"),
      this.#rowsOf(person, asOfMs, "negative"),
    ]);
    const oldestFirst = wanted.slice(0, HISTORY_ROWS).reverse();
    return {
      ...query,
      history: {
        itemRows: Uint32Array.from(oldestFirst, ({ itemRow }) => itemRow),
        weights: Float32Array.from(oldestFirst, (row) => this.#strengthOf(row)),
        timestampsMs: Float64Array.from(oldestFirst, ({ timestampMs }) => timestampMs),
      },
      eventIds: oldestFirst.map(({ eventId }) => eventId),
      actionCodes: oldestFirst.map(({ action }) => action),
      seen: new Set(wanted.map(({ itemRow }) => itemRow)),
      hidden: new Set(unwanted.map(({ itemRow }) => itemRow)),
    };
  }

  #personOf(userId: string): Promise<PersonState | undefined> {
    return readPerson(this.#parts.state, this.#parts.identity.idsOf(userId));
  }

  async #rowsOf(person: PersonState, asOfMs: number, kind: "positive" | "negative"): Promise<SequenceRow[]> {
    const { state, catalogue, actions, purpose } = this.#parts;
    const names = catalogue.actions.names().filter((name) => actions.named(name)?.kind === kind);
    const isUsable = usableFor(purpose, person.record.consent, catalogue);
    const query = { limit: SEEN_ROWS, asOfMs, actions: actionCodes(catalogue, names), isUsable };
    return (await readPersonSequence(state, person, query)).rows().filter(hasItem);
  }

  #strengthOf({ action }: SequenceRow): number {
    const { catalogue, actions } = this.#parts;
    return actions.named(catalogue.actions.nameOf(action))?.strength ?? 0;
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
