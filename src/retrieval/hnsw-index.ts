/**
 * @file A navigable small-world graph (HNSW: Malkov and Yashunin, TPAMI 2020), by usearch: for vectors of which inverted lists find too little
 * (docs/decisions/0029). usearch's interface for Node has no filters and gives no vectors back, so the vectors are kept here as well: a
 * search with a filter, and an exact one, compare those; scores are always exact.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Index, IndexConfig, MetricKind, ScalarKind } from "usearch";
import { assert, PlatformError } from "#base";
import { dot } from "#numeric";
import { isHollow, rewrite } from "./ivf-balance.ts";
import { BUFFER } from "./slot-memory.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { StoredVectors } from "./stored-vectors.ts";
import { checkQuery } from "./vector-checks.ts";
import type {
  ModelVector,
  Neighbours,
  VectorIndex,
  VectorIndexConfig,
  VectorLabels,
  VectorQuery,
} from "./vector-index.ts";

export interface HnswOptions {
  /** Links of a vector on the upper layers; twice as many on the lowest. */
  readonly m: number;
  /** Candidates looked at for the place of a new vector. */
  readonly efConstruction: number;
  /** Candidates of a search. More find more, in proportional time. */
  readonly efSearch: number;
}

const defaults: HnswOptions = { m: 16, efConstruction: 128, efSearch: 96 };
const KIND = "hnsw";
/** Of a vector in the graph, beside its elements and links: its key, and where it is. */
const NODE_BYTES = 16;

export class HnswIndex implements VectorIndex {
  readonly config: VectorIndexConfig;
  readonly options: HnswOptions;
  readonly #stored: StoredVectors;
  readonly #graph: Index;

  /** @throws PlatformError `invalid-config` where usearch has no binary. */
  constructor(config: VectorIndexConfig, options: Partial<HnswOptions> = {}) {
    this.config = config;
    this.options = { ...defaults, ...options };
    this.#stored = new StoredVectors(config);
    this.#graph = newGraph(config.dimensions, this.options);
  }

  static load(bytes: Uint8Array, options: Partial<HnswOptions> = {}): HnswIndex {
    const snapshot = decodeSnapshot(bytes, KIND);
    const index = new HnswIndex(snapshot.header["config"] as VectorIndexConfig, options); // as it was saved
    index.#stored.restore(snapshot);
    const { graph } = snapshot.sections;
    assert(graph instanceof Uint8Array, "a snapshot of this kind has a graph");
    throughFile((path) => {
      writeFileSync(path, graph);
      index.#graph.load(path);
    });
    return index;
  }

  get size(): number {
    return this.#stored.memory.size;
  }

  get memoryBytes(): number {
    const { m } = this.options;
    const nodeBytes = 2 * this.config.dimensions + 4 * (2 * m + 1) + NODE_BYTES;
    return this.#stored.memory.usedBytes + this.#graph.capacity() * nodeBytes;
  }

  put(row: number, vector: ModelVector, labels?: VectorLabels): void {
    const isUpdate = this.#stored.has(row);
    this.#stored.put(row, vector, labels);
    if (isUpdate) this.#graph.remove(BigInt(row));
    this.#graph.add(BigInt(row), vector.values, 1);
    this.#tend();
  }

  delete(row: number): boolean {
    const wasThere = this.#stored.delete(row);
    if (wasThere) this.#graph.remove(BigInt(row));
    this.#tend();
    return wasThere;
  }

  has(row: number): boolean {
    return this.#stored.has(row);
  }

  search(query: VectorQuery): Neighbours {
    if (query.isExact || query.filter || this.size === 0)
      return this.#stored.search({ ...query, isExact: true }, 0);
    checkQuery(query, this.config);
    const { values } = query.vector;
    const { keys } = this.#graph.search(values, Math.min(query.n, this.size), 1);
    const found = Array.from(keys, (key) => {
      const row = Number(key);
      return { row, score: dot(this.#stored.memory.vectorOf(row), values) };
    });
    found.sort((left, right) => right.score - left.score);
    return {
      rows: Uint32Array.from(found, ({ row }) => row),
      scores: Float32Array.from(found, ({ score }) => score),
    };
  }

  snapshot(): Uint8Array {
    const { header, sections } = this.#stored.save();
    const graph = throughFile((path) => {
      this.#graph.save(path);
      return new Uint8Array(readFileSync(path));
    });
    return encodeSnapshot({ kind: KIND, header, sections: { ...sections, graph } });
  }

  #tend(): void {
    if (isHollow(this.#stored.memory, BUFFER)) rewrite(this.#stored.memory, BUFFER);
  }
}

function newGraph(dimensions: number, { m, efConstruction, efSearch }: HnswOptions): Index {
  const config: IndexConfig = {
    dimensions,
    metric: "ip" as MetricKind, // enumerations of strings, whose module is loaded late
    quantization: "f16" as ScalarKind,
    connectivity: m,
    expansion_add: efConstruction,
    expansion_search: efSearch,
    multi: false,
  };
  try {
    const usearch = createRequire(import.meta.url)("usearch") as { Index: typeof Index };
    return new usearch.Index(config);
  } catch (cause) {
    const fault = `usearch cannot be loaded on ${process.platform}-${process.arch} (${String(cause)})`;
    throw new PlatformError("invalid-config", `${fault}; use an index by inverted lists`, { cause });
  }
}

/** usearch reads and writes files only. */
function throughFile<Value>(work: (path: string) => Value): Value {
  const path = join(tmpdir(), `inkling-graph-${randomUUID()}`);
  try {
    return work(path);
  } finally {
    rmSync(path, { force: true });
  }
}
