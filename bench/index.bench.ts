/**
 * @file Vector indexes: what they find and how fast, on vectors in clusters and on vectors without, beside an exact search and usearch. One
 * thread, one query at a time, except where threads are named and in usearch's build. Each table varies one parameter; indexes take turns, round by round.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Index, MetricKind, ScalarKind } from "usearch";
import {
  FlatIndex,
  IvfIndex,
  RecallMonitor,
  SearchThreads,
  type VectorIndex,
  type VectorQuery,
} from "#retrieval";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, type BenchResult, quantileOf } from "./bench.ts";
import { madeVectors, type VectorKind } from "./made-vectors.ts";

interface Options extends Record<string, number | boolean> {
  /** Vectors in clusters; 0 leaves them out. */
  readonly clustered: number;
  /** Vectors without; 0 leaves them out. */
  readonly hard: number;
  /** Vectors in all directions alike; 0 leaves them out. */
  readonly even: number;
  readonly dimensions: number;
  readonly queries: number;
  readonly rounds: number;
  /** Lists of the inverted lists; 0: as many as they make by default. */
  readonly lists: number;
  /** Threads that search at once, and that usearch is built by. */
  readonly threads: number;
  readonly seed: number;
  /** Does not build usearch, which takes far longer than all the rest. */
  readonly alone: boolean;
  /** Leaves usearch's graph in the folder of temporary files, and takes one that a run with the same numbers left there. */
  readonly keep: boolean;
}

export const bench: Bench<Options> = {
  title: "vector indexes: recall@10 and speed",
  defaults: {
    clustered: 200_000,
    hard: 1_000_000,
    even: 0,
    dimensions: 64,
    queries: 500,
    rounds: 3,
    lists: 0,
    threads: 2,
    seed: 1,
    alone: false,
    keep: false,
  },
  tiny: {
    clustered: 3000,
    hard: 2000,
    even: 0,
    dimensions: 16,
    queries: 20,
    rounds: 2,
    lists: 0,
    threads: 1,
    seed: 1,
    alone: false,
    keep: false,
  },
  run: (options, say) => withTemporaryFolder((folder) => measure(options, folder, say)),
};

const N = 10;
const VERSION = "made";
const PROBES = [2, 4, 8, 16, 24, 32, 48, 64, 96];
const EF_SEARCH = [16, 32, 64, 96, 128, 192, 256];
/** What the metrics of usearch are of. */
const EF_DEFAULT = 96;
const M = 16;
const EF_CONSTRUCTION = 128;
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
  /** Of processor time: what a shared machine disturbs least. */
  readonly queriesPerCpuSecond: number;
}

type Say = (line: string) => void;
type Figures = Record<string, number>;

async function measure(options: Options, folder: string, say: Say): Promise<BenchResult> {
  const metrics: Figures = { loadAverageBefore: loadavg()[0] ?? 0 };
  const compared: Figures = {};
  for (const kind of ["clustered", "hard", "even"] as const) {
    if (options[kind] === 0) continue;
    const data = new Data(kind, options);
    const figures = await measureData(data, options, folder, say);
    const label = `${kind[0]!.toUpperCase()}${kind.slice(1)}`;
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
  const ivf = new IvfIndex(config, { threads: options.threads, seed: options.seed, lists: options.lists });
  note(
    "ivf",
    fill(ivf, data, () => ivf.rebuildHere()),
  );
  const own = [0, ...PROBES].map((probes) => probing(ivf, probes));
  const [byDefault, ...rest] = measurePoints([...own, exactly(flat)], truth, data, options.rounds);
  for (const point of [byDefault!, ...rest]) say(`  ${lineOf(point)}`);
  note("ivf", figuresOf(byDefault));
  note("flat", figuresOf(rest.at(-1)));
  note("ivf", await measureThreads(ivf, data, options.threads));
  note("ivf", await measureMonitor(ivf, data));
  note("ivf", measureFilters(ivf, data));
  let compared: Figures = {};
  if (!options.alone) {
    const { dimensions, seed, keep } = options;
    const name = `inkling-usearch-${data.kind}-${data.count}-${dimensions}-${seed}`;
    const graph = openGraph(data, options, join(keep ? tmpdir() : folder, name));
    note("usearch", graph.figures);
    const points = measurePoints([...own, ...graph.contenders], truth, data, options.rounds);
    for (const point of points) say(`  ${lineOf(point)}`);
    note("usearch", figuresOf(points.find(({ name }) => name === graphName(EF_DEFAULT))));
    compared = compareAtRecalls(points.slice(1, own.length), points.slice(own.length));
  }
  note("ivf", measureChurn(ivf, flat, data));
  return { metrics, compared };
}

function lineOf({ name, recall, queriesPerSecond, queriesPerCpuSecond }: Point): string {
  const speeds = `${Math.round(queriesPerSecond)} queries/s, ${Math.round(queriesPerCpuSecond)} per processor second`;
  return `${name.padEnd(16)} recall@10 ${recall.toFixed(4)}  ${speeds}`;
}

function asked(values: Float32Array, filter?: VectorQuery["filter"]): VectorQuery {
  return { vector: { values, modelVersion: VERSION }, n: N, ...(filter && { filter }) };
}

/** Puts all vectors in, one by one; `finish` belongs to the building. */
function fill(index: VectorIndex, data: Data, finish: () => void): Figures {
  const figures = buildFigures(() => {
    for (let row = 0; row < data.count; row++) put(index, row, data.vector(row));
    finish();
  });
  return { ...figures, Mebibytes: index.memoryBytes / 2 ** 20 };
}

function buildFigures(build: () => void): Figures {
  const { seconds, cpuSeconds } = timed(build);
  return { BuildSeconds: seconds, BuildCpuSeconds: cpuSeconds };
}

/** By the clock, and of all processors. */
function timed(work: () => void): { readonly seconds: number; readonly cpuSeconds: number } {
  const cpu = process.cpuUsage();
  const started = performance.now();
  work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

function put(index: VectorIndex, row: number, values: Float32Array): void {
  const tags = Object.entries(FILTERS).flatMap(([tag, share]) => (row % share === 3 ? tag : []));
  index.put(row, { values, modelVersion: VERSION }, { tags });
}

function graphName(efSearch: number): string {
  return `usearch ef ${efSearch}`;
}

/** usearch in half precision, built by all threads at once unless it lies there; then seen once per efSearch, which it fixes when it is made. */
function openGraph(
  data: Data,
  { dimensions, threads }: Options,
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
  const told = `${path}.json`;
  if (!existsSync(told)) {
    const built = make(EF_DEFAULT);
    const rows = BigUint64Array.from({ length: data.count }, (_, row) => BigInt(row));
    const figures = buildFigures(() => built.add(rows, data.matrix, threads));
    built.save(path);
    writeFileSync(told, JSON.stringify(figures));
  }
  const figures = JSON.parse(readFileSync(told, "utf8")) as Figures; // as just written, or by the run before
  const contenders = EF_SEARCH.map((efSearch) => {
    const graph = make(efSearch);
    graph.view(path);
    return { name: graphName(efSearch), search: (vector: Float32Array) => graph.search(vector, N, 1).keys };
  });
  return { figures: { ...figures, Mebibytes: statSync(path).size / 2 ** 20 }, contenders };
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
  const times = contenders.map((): ReturnType<typeof timed>[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [position, { search }] of contenders.entries()) {
      const round = timed(() => {
        for (const query of data.queries) search(query);
      });
      times[position]!.push(round);
    }
  return contenders.map(({ name }, position) => ({
    name,
    recall: recalls[position]!,
    queriesPerSecond: data.queries.length / medianOf(times[position]!.map(({ seconds }) => seconds)),
    queriesPerCpuSecond: data.queries.length / medianOf(times[position]!.map(({ cpuSeconds }) => cpuSeconds)),
  }));
}

function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
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
  if (!point) return {};
  const { recall, queriesPerSecond, queriesPerCpuSecond } = point;
  return { RecallAt10: recall, QueriesPerSecond: queriesPerSecond, QueriesPerCpuSecond: queriesPerCpuSecond };
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

/** What the monitor says of the same searches, from a fifth of them. */
async function measureMonitor(index: IvfIndex, data: Data): Promise<Figures> {
  const monitor = new RecallMonitor((query) => index.search(query), {
    share: 0.2,
    capacity: data.queries.length,
  });
  for (const query of data.queries) monitor.observe(asked(query), index.search(asked(query)));
  while (await monitor.measureOne());
  const { recall = 1, margin = 0 } = monitor.report();
  return { MonitoredRecallAt10: recall, MonitoredRecallMargin: margin };
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

/** At the recall of each setting of the peer, our queries per processor second over its; left out where we have no settings around it. */
function compareAtRecalls(own: readonly Point[], peer: readonly Point[]): Figures {
  const ratios = peer.flatMap(({ name, recall, queriesPerCpuSecond }) => {
    const ours = speedAt(own, recall);
    if (ours === undefined) return [];
    return [
      [`ivfOverUsearchAtEf${name.slice(graphName(0).length - 1)}`, ours / queriesPerCpuSecond] as const,
    ];
  });
  return Object.fromEntries(ratios);
}

/** Between the settings on both sides of a recall, geometrically. */
function speedAt(points: readonly Point[], recall: number): number | undefined {
  const above = points.findIndex((point) => point.recall >= recall);
  const [left, right] = [points[above - 1], points[above]];
  if (!left || !right) return undefined;
  const share = (recall - left.recall) / (right.recall - left.recall);
  return left.queriesPerCpuSecond ** (1 - share) * right.queriesPerCpuSecond ** share;
}
