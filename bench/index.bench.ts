/**
 * @file Vector indexes: what they find and how fast, on vectors in clusters and on vectors without, beside an exact search and usearch. One
 * thread, one query at a time, except where threads are named. Each table varies one parameter; indexes take turns, round by round.
 */
import { statSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { Index, MetricKind, ScalarKind } from "usearch";
import { FlatIndex, IvfIndex, SearchThreads, type VectorIndex, type VectorQuery } from "#retrieval";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { madeVectors, type VectorKind } from "./made-vectors.ts";

interface Options extends Record<string, number | boolean> {
  /** Vectors in clusters; 0 leaves them out. */
  readonly clustered: number;
  /** Vectors without; 0 leaves them out. */
  readonly hard: number;
  readonly dimensions: number;
  readonly queries: number;
  readonly rounds: number;
  readonly threads: number;
  readonly seed: number;
  /** Does not build usearch, which takes far longer than all the rest. */
  readonly alone: boolean;
}

export const bench: Bench<Options> = {
  title: "vector indexes: recall@10 and speed",
  defaults: {
    clustered: 200_000,
    hard: 1_000_000,
    dimensions: 64,
    queries: 500,
    rounds: 3,
    threads: 2,
    seed: 1,
    alone: false,
  },
  tiny: {
    clustered: 3000,
    hard: 2000,
    dimensions: 16,
    queries: 20,
    rounds: 2,
    threads: 1,
    seed: 1,
    alone: false,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const N = 10;
const VERSION = "made";
const PROBES = [8, 16, 24, 32, 48, 64, 96];
const EF_SEARCH = [32, 64, 96, 128, 192, 256];
/** What the metrics of usearch are of. */
const EF_DEFAULT = 96;
const M = 16;
const EF_CONSTRUCTION = 128;
/** Recalls at which the two are compared. */
const COMPARED_RECALLS = [0.95, 0.975, 0.99];
/** Of the vectors, how many are replaced by new ones. */
const CHURN = 0.2;
const FILTERS = { Tenth: 10, Hundredth: 100 } as const;

/** Something that finds rows, under one setting. */
interface Contender {
  readonly name: string;
  search(vector: Float32Array): Iterable<number | bigint>;
}

interface Point {
  readonly name: string;
  readonly recall: number;
  readonly queriesPerSecond: number;
}

type Say = (line: string) => void;
type Figures = Record<string, number>;

async function measure(options: Options, folder: string, say: Say): Promise<BenchResult> {
  const metrics: Figures = { loadAverageBefore: loadavg()[0] ?? 0 };
  const compared: Figures = {};
  for (const kind of ["clustered", "hard"] as const) {
    if (options[kind] === 0) continue;
    const data = new Data(kind, options);
    const figures = await measureData(data, options, folder, say);
    const label = kind === "hard" ? "Hard" : "Clustered";
    for (const [name, value] of Object.entries(figures.metrics)) metrics[`${name}${label}`] = value;
    for (const [name, value] of Object.entries(figures.compared)) compared[`${name}${label}`] = value;
  }
  return { metrics, compared };
}

/** Vectors, queries of the same kind, and as many new vectors as churn brings. */
class Data {
  readonly kind: VectorKind;
  readonly count: number;
  readonly fresh: number;
  readonly queries: readonly Float32Array[];
  readonly #dimensions: number;
  readonly #values: Float32Array;

  constructor(kind: VectorKind, { dimensions, queries, seed, ...options }: Options) {
    this.kind = kind;
    this.count = options[kind] as number;
    this.fresh = Math.round(this.count * CHURN);
    this.#dimensions = dimensions;
    const all = this.count + this.fresh + queries;
    this.#values = madeVectors(kind, all, dimensions, seed);
    this.queries = Array.from({ length: queries }, (_, query) => this.vector(all - queries + query));
  }

  vector(position: number): Float32Array {
    return this.#values.subarray(position * this.#dimensions, (position + 1) * this.#dimensions);
  }

  /** The first `count`, one after another. */
  get matrix(): Float32Array {
    return this.#values.subarray(0, this.count * this.#dimensions);
  }
}

async function measureData(
  data: Data,
  options: Options,
  folder: string,
  say: Say,
): Promise<{ metrics: Figures; compared: Figures }> {
  const config = { dimensions: options.dimensions, modelVersion: VERSION };
  const metrics: Figures = {};
  const note = (index: string, figures: Figures) => {
    say(`${data.kind} ${data.count} ${index}: ${JSON.stringify(figures)}`);
    for (const [name, value] of Object.entries(figures)) metrics[index + name] = value;
  };
  const flat = new FlatIndex(config);
  note(
    "flat",
    fill(flat, data, () => {}),
  );
  const truth = data.queries.map((query) => new Set<number | bigint>(flat.search(asked(query)).rows));
  const ivf = new IvfIndex(config, { threads: options.threads, seed: options.seed });
  note(
    "ivf",
    fill(ivf, data, () => ivf.rebuildHere()),
  );
  const graph = options.alone ? undefined : buildGraph(data, options, join(folder, data.kind));
  if (graph) note("usearch", graph.figures);

  const own = [0, ...PROBES].map((probes) => probing(ivf, probes));
  const peers = graph?.contenders ?? [];
  const points = measurePoints([...own, ...peers, exactly(flat)], truth, data, options.rounds);
  for (const { name, recall, queriesPerSecond } of points)
    say(`  ${name.padEnd(20)} recall@10 ${recall.toFixed(4)}  ${Math.round(queriesPerSecond)} queries/s`);
  note("ivf", figuresOf(points[0]));
  note("flat", figuresOf(points.at(-1)));
  if (graph) note("usearch", figuresOf(points.find(({ name }) => name === graphName(EF_DEFAULT))));
  note("ivf", await measureThreads(ivf, data, options.threads));
  note("ivf", measureFilters(ivf, data));
  note("ivf", measureChurn(ivf, flat, data));
  const compared = compareAtRecalls(
    points.slice(1, own.length),
    points.slice(own.length, own.length + peers.length),
  );
  return { metrics, compared };
}

function asked(values: Float32Array, filter?: VectorQuery["filter"]): VectorQuery {
  return { vector: { values, modelVersion: VERSION }, n: N, ...(filter && { filter }) };
}

/** Puts all vectors in, one by one; `finish` belongs to the building. */
function fill(index: VectorIndex, data: Data, finish: () => void): Figures {
  const started = performance.now();
  for (let row = 0; row < data.count; row++) put(index, row, data.vector(row));
  finish();
  const buildSeconds = (performance.now() - started) / 1000;
  return { BuildSeconds: buildSeconds, Mebibytes: index.memoryBytes / 2 ** 20 };
}

function put(index: VectorIndex, row: number, values: Float32Array): void {
  const tags = Object.entries(FILTERS).flatMap(([tag, share]) => (row % share === 3 ? tag : []));
  index.put(row, { values, modelVersion: VERSION }, { tags });
}

function graphName(efSearch: number): string {
  return `usearch ef ${efSearch}`;
}

/** usearch in half precision, built by one thread; then seen once per efSearch, which it fixes when it is made. */
function buildGraph(
  data: Data,
  { dimensions }: Options,
  path: string,
): { figures: Figures; contenders: Contender[] } {
  const make = (efSearch: number) =>
    new Index({
      dimensions,
      metric: MetricKind.IP,
      quantization: ScalarKind.F16,
      connectivity: M,
      expansion_add: EF_CONSTRUCTION,
      expansion_search: efSearch,
      multi: false,
    });
  const built = make(EF_DEFAULT);
  const started = performance.now();
  built.add(
    BigUint64Array.from({ length: data.count }, (_, row) => BigInt(row)),
    data.matrix,
    1,
  );
  const BuildSeconds = (performance.now() - started) / 1000;
  built.save(path);
  const contenders = EF_SEARCH.map((efSearch) => {
    const graph = make(efSearch);
    graph.view(path);
    return { name: graphName(efSearch), search: (vector: Float32Array) => graph.search(vector, N, 1).keys };
  });
  return { figures: { BuildSeconds, Mebibytes: statSync(path).size / 2 ** 20 }, contenders };
}

function probing(index: IvfIndex, probes: number): Contender {
  return {
    name: probes === 0 ? "ivf by default" : `ivf probes ${probes}`,
    search(vector) {
      index.probes = probes;
      return index.search(asked(vector)).rows;
    },
  };
}

function exactly(index: FlatIndex): Contender {
  return { name: "flat", search: (vector) => index.search(asked(vector)).rows };
}

/** Recall of each, and the median over rounds of how many queries it answers in a second. */
function measurePoints(
  contenders: readonly Contender[],
  truth: readonly ReadonlySet<number | bigint>[],
  data: Data,
  rounds: number,
): Point[] {
  const recalls = contenders.map(({ search }) => recallOf(data.queries, truth, search)); // warms up as well
  const seconds = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [position, { search }] of contenders.entries()) {
      const started = performance.now();
      for (const query of data.queries) search(query);
      seconds[position]!.push((performance.now() - started) / 1000);
    }
  return contenders.map(({ name }, position) => ({
    name,
    recall: recalls[position]!,
    queriesPerSecond: data.queries.length / quantileOf(seconds[position]!, 0.5),
  }));
}

function recallOf(
  queries: readonly Float32Array[],
  truth: readonly ReadonlySet<number | bigint>[],
  search: Contender["search"],
): number {
  let found = 0;
  let wanted = 0;
  for (const [position, query] of queries.entries()) {
    const rows = truth[position]!;
    wanted += rows.size;
    for (const row of search(query)) if (rows.has(Number(row))) found++;
  }
  return found / wanted;
}

function figuresOf(point: Point | undefined): Figures {
  return point ? { RecallAt10: point.recall, QueriesPerSecond: point.queriesPerSecond } : {};
}

/** All threads at once over the same memory. */
async function measureThreads(index: IvfIndex, data: Data, count: number): Promise<Figures> {
  index.probes = 0;
  const threads = new SearchThreads(index);
  await Promise.all(data.queries.map((query) => threads.search(asked(query)))); // warms up
  const started = performance.now();
  await Promise.all(data.queries.map((query) => threads.search(asked(query))));
  const seconds = (performance.now() - started) / 1000;
  await threads.close();
  return { [`QueriesPerSecondOf${count}Threads`]: data.queries.length / seconds };
}

/** Milliseconds and recall of searches whose filter lets a tenth and a hundredth through. */
function measureFilters(index: IvfIndex, { queries }: Data): Figures {
  const figures: Figures = {};
  for (const tag of Object.keys(FILTERS)) {
    const filter = { allTags: [tag] };
    const truth = queries.map(
      (query) => new Set(index.search({ ...asked(query, filter), isExact: true }).rows),
    );
    const recall = recallOf(queries, truth, (query) => index.search(asked(query, filter)).rows);
    const latencies = queries.map((query) => {
      const started = performance.now();
      index.search(asked(query, filter));
      return performance.now() - started;
    });
    figures[`${tag}RecallAt10`] = recall;
    figures[`${tag}LatencyMsP50`] = quantileOf(latencies, 0.5);
    figures[`${tag}LatencyMsP99`] = quantileOf(latencies, 0.99);
  }
  return figures;
}

/** A fifth of the rows deleted and as many new ones put, one by one; the exact index goes along for the truth. */
function measureChurn(ivf: IvfIndex, flat: FlatIndex, data: Data): Figures {
  const latencies: number[] = [];
  for (let step = 0; step < data.fresh; step++) {
    const started = performance.now();
    ivf.delete(step * 5);
    put(ivf, data.count + step, data.vector(data.count + step));
    latencies.push(performance.now() - started);
    flat.delete(step * 5);
    put(flat, data.count + step, data.vector(data.count + step));
  }
  const truth = data.queries.map((query) => new Set<number | bigint>(flat.search(asked(query)).rows));
  const contender = probing(ivf, 0);
  const [point] = measurePoints([contender], truth, data, 1);
  return {
    ChurnedRecallAt10: point!.recall,
    ChurnedQueriesPerSecond: point!.queriesPerSecond,
    ReplaceLatencyUsP50: 1000 * quantileOf(latencies, 0.5),
    ReplaceLatencyUsP99: 1000 * quantileOf(latencies, 0.99),
  };
}

/** Queries per second at the same recall, ours over the peer's; left out where one of them has no settings around it. */
function compareAtRecalls(own: readonly Point[], peer: readonly Point[]): Figures {
  const ratios = COMPARED_RECALLS.flatMap((recall) => {
    const [ours, theirs] = [own, peer].map((points) => speedAt(points, recall));
    if (ours === undefined || theirs === undefined) return [];
    return [[`ivfOverUsearchAt${Math.round(recall * 1000)}`, ours / theirs] as const];
  });
  return Object.fromEntries(ratios);
}

/** Between the settings on both sides of a recall, geometrically. */
function speedAt(points: readonly Point[], recall: number): number | undefined {
  const above = points.findIndex((point) => point.recall >= recall);
  const [left, right] = [points[above - 1], points[above]];
  if (!left || !right) return undefined;
  const share = (recall - left.recall) / (right.recall - left.recall);
  return left.queriesPerSecond ** (1 - share) * right.queriesPerSecond ** share;
}
