import { type ItemRow, monotonicMs, nextTurn } from "#base";
import type { Catalogue, Item } from "#events";
import type { Vector } from "#models";
import type { ServedEncoder } from "#profiles";
import {
  IvfIndex,
  type Neighbours,
  RecallMonitor,
  type RecallReport,
  SearchThreads,
  type VectorFilter,
  type VectorQuery,
} from "#retrieval";
import type { Proposal, TagFilters } from "../pipeline.ts";
import { ItemVectors } from "./item-vectors.ts";

/** What a search leaves out, within the search. */
export interface ItemFilter {
  /** All of them hold. */
  readonly tags: readonly TagFilters[];
  readonly deny: ReadonlySet<number>;
  readonly asOfMs: number;
}

/** What is told of an index in service. */
export interface ItemIndexReport {
  /** `name@version` of the model whose space it is. */
  readonly model: string;
  readonly items: number;
  /** 0: every search is exact. */
  readonly lists: number;
  readonly bytes: number;
  readonly searches: number;
  readonly recall: RecallReport;
}

export interface ItemIndexOptions {
  /** Threads that search beside this one. */
  readonly threads: number;
  /** Told in one sentence what failed and is tried again. */
  readonly onNotice: (message: string) => void;
}

/** The number that filters by time ask about. */
const BORN_MS = "bornMs";
/** Most that one search finds. */
const MOST = 2048;
/** Items put between two looks after other work. */
const AT_ONCE = 500;
const MEASURE_EVERY_MS = 1000;
/** Of a processor's time, for measuring. */
const MEASURING_SHARE = 0.05;
/** Beyond so many left out it is cheaper to leave them out within the search. */
const FEW_DENIED = 256;

/**
 * The items of the catalogue, where they lie in the space of a model in service, to be searched for the nearest. Level with the catalogue: what
 * is put is found by the next search, what is no longer available is not. Lists are made anew in another thread when they
 * no longer fit. Of the searches one in a hundred is done again exactly when there is time, which tells what the others find.
 */
export class ItemIndex {
  readonly encoder: ServedEncoder;
  readonly #catalogue: Catalogue;
  readonly #vectors: ItemVectors;
  readonly #index: IvfIndex;
  readonly #threads: SearchThreads | undefined;
  /** Compares with everything, which takes as long as a hundred searches and must keep none of them waiting. */
  readonly #exactly: SearchThreads | undefined;
  readonly #monitor: RecallMonitor;
  readonly #onNotice: (message: string) => void;
  readonly #unfollow: () => void;
  readonly #timer: NodeJS.Timeout;
  #measuring: Promise<unknown> | undefined;
  /** The next measurement is not before, by `monotonicMs`. */
  #restUntilMs = 0;
  #newestMs = Number.NEGATIVE_INFINITY;
  #revision = 0;
  #searches = 0;
  #rebuilding: Promise<void> = Promise.resolve();
  #isRebuilding = false;
  #isClosed = false;

  private constructor(
    encoder: ServedEncoder,
    catalogue: Catalogue,
    vectors: ItemVectors,
    { threads, onNotice }: ItemIndexOptions,
  ) {
    this.encoder = encoder;
    this.#catalogue = catalogue;
    this.#vectors = vectors;
    this.#onNotice = onNotice;
    const { dimension: dimensions, version: modelVersion } = vectors;
    const config = { dimensions, modelVersion, numbers: [BORN_MS] };
    this.#index = new IvfIndex(config, { threads: threads > 0 ? threads + 1 : 0 });
    if (threads > 0) {
      const places = Array.from({ length: threads }, (_, at) => at + 1);
      this.#threads = new SearchThreads(this.#index, { places });
      this.#exactly = new SearchThreads(this.#index, { places: [threads + 1], giveWay: true });
    }
    this.#monitor = new RecallMonitor((query) => this.#searchExactly(query));
    this.#unfollow = catalogue.follow((item) => {
      this.#put(item);
      this.#tend();
    });
    this.#timer = setInterval(() => void this.#measure(), MEASURE_EVERY_MS);
    this.#timer.unref();
  }

  /** Ready once everything is in it; others are served meanwhile. */
  static async make(
    encoder: ServedEncoder,
    catalogue: Catalogue,
    options: ItemIndexOptions,
  ): Promise<ItemIndex> {
    const { version } = encoder;
    const { dimension } = encoder.encoder;
    const { learnedItems } = encoder.encoder;
    const values = (await encoder.encoder.itemVectors()).subarray(0, learnedItems * dimension);
    const vectors = await ItemVectors.of({ version, dimension, values }, catalogue, (item) =>
      encoder.encoder.contentVector?.(item),
    );
    const index = new ItemIndex(encoder, catalogue, vectors, options);
    await index.#fill();
    return index;
  }

  /** An item's point; `undefined` where the model could not say. */
  vectorOf(itemRow: number): Vector | undefined {
    const values = this.#vectors.of(this.#catalogue.at(itemRow));
    return values && { version: this.#vectors.version, values };
  }

  /**
   * At most `n` available items, nearest first.
   * @throws PlatformError `data-mismatch` for a vector of another version
   */
  async nearest(vector: Vector, n: number, filter: ItemFilter): Promise<Proposal[]> {
    const { deny } = filter;
    const isSimple = this.isForAll(filter) && deny.size <= FEW_DENIED;
    const found = await this.#search(
      isSimple
        ? queryFor(vector, n + deny.size)
        : { ...queryFor(vector, n), filter: { ...this.#filterOf(filter), deny } },
    );
    const proposals: Proposal[] = [];
    for (const [place, row] of found.rows.entries())
      if (!deny.has(row) && proposals.length < n)
        proposals.push({ itemRow: row as ItemRow, score: found.scores[place]! }); // rows are put by item
    return proposals;
  }

  /** How often what is in it changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether the filter leaves out nothing that is in the index, but for what it denies. */
  isForAll(filter: ItemFilter): boolean {
    return Object.keys(this.#filterOf(filter)).length === 0;
  }

  /** As `nearest`, with nothing left out. */
  around(vector: Vector, n: number): Promise<Neighbours> {
    return this.#search(queryFor(vector, n));
  }

  get report(): ItemIndexReport {
    const { size, listCount, memoryBytes } = this.#index;
    return {
      model: this.#vectors.version,
      ...{ items: size, lists: listCount, bytes: memoryBytes, searches: this.#searches },
      recall: this.#monitor.report(),
    };
  }

  /** Resolves when no list is being made. */
  async settled(): Promise<void> {
    await this.#rebuilding;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#unfollow();
    await this.#rebuilding;
    await Promise.all([this.#threads?.close(), this.#exactly?.close()]);
  }

  async #search(query: VectorQuery): Promise<Neighbours> {
    this.#searches++;
    const found = await (this.#threads ? this.#threads.search(query) : this.#index.search(query));
    this.#monitor.observe(query, found);
    return found;
  }

  /** What it finds tells other searches how far they have to look. */
  async #searchExactly(query: VectorQuery): Promise<Neighbours> {
    const found = await (this.#exactly ?? this.#index).search({ ...query, isExact: true });
    const isOther = query.filter === undefined && this.#index.learn(query, found.rows);
    if (isOther) this.#monitor.reset(); // it measured searches that looked elsewhere
    return found;
  }

  /** One at a time, and never more than a small share of the time: among millions an exact search takes long. */
  async #measure(): Promise<void> {
    const startedMs = monotonicMs();
    if (startedMs < this.#restUntilMs) return;
    this.#measuring ??= this.#monitor
      .measureOne()
      .catch(() => {}) // closed meanwhile
      .finally(() => {
        this.#measuring = undefined;
        const endedMs = monotonicMs();
        this.#restUntilMs = endedMs + (endedMs - startedMs) / MEASURING_SHARE;
      });
    await this.#measuring;
  }

  async #fill(): Promise<void> {
    this.#index.reserve(this.#catalogue.itemCount);
    for (let row = 0; row < this.#catalogue.itemCount; row++) {
      this.#put(this.#catalogue.at(row));
      if (row % AT_ONCE === AT_ONCE - 1) await nextTurn();
    }
    this.#tend();
  }

  #put(item: Item): void {
    const values = item.isAvailable ? this.#vectors.of(item) : undefined;
    if (!values) {
      if (this.#index.delete(item.row)) this.#revision++;
      return;
    }
    this.#revision++;
    const bornMs = item.createdAtMs ?? Number.NEGATIVE_INFINITY;
    this.#newestMs = Math.max(this.#newestMs, bornMs);
    const vector = { values, modelVersion: this.#vectors.version };
    this.#index.put(item.row, vector, { tags: item.tags, numbers: { [BORN_MS]: bornMs } });
  }

  #tend(): void {
    if (this.#isRebuilding || this.#isClosed || !this.#index.isStale) return;
    this.#isRebuilding = true;
    this.#rebuilding = this.#index
      .rebuild()
      .then(() => this.#monitor.reset())
      .catch((error: unknown) =>
        this.#onNotice(`the vector index keeps its lists: ${String(error)}; it is tried again`),
      )
      .finally(() => {
        this.#isRebuilding = false;
      });
  }

  /** Empty where everything in the index passes. Of two lists of which any tag will do, the second is left to whoever filters after. */
  #filterOf({ tags, asOfMs }: ItemFilter): VectorFilter {
    const any = tags.find(({ any = [] }) => any.length > 0)?.any;
    const all = tags.flatMap(({ all = [] }) => all);
    const none = tags.flatMap(({ none = [] }) => none);
    return {
      ...(any && { anyTags: any }),
      ...(all.length > 0 && { allTags: all }),
      ...(none.length > 0 && { noTags: none }),
      ...(asOfMs < this.#newestMs && { ranges: [{ name: BORN_MS, max: asOfMs }] }),
    };
  }
}

function queryFor({ version, values }: Vector, n: number): VectorQuery {
  return { vector: { values, modelVersion: version }, n: Math.min(MOST, n) };
}
