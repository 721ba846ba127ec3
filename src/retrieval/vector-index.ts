/**
 * @file The contract of a vector index: the nearest vectors to a query, by inner product (cosine, where vectors have length 1).
 * An index knows vectors, not users: what it finds are *rows*, numbers of whatever vocabulary the caller numbers densely from 0;
 * memory grows with the highest. Answers: `flat-index.ts` (exact), `ivf-index.ts`, `hnsw-index.ts`.
 *
 * Every answer keeps these promises, which `vector-index.cases.ts` tests: what was put is found by the next search, what was
 * deleted is not; a filter is never broken; an exact search is exact; a snapshot loads as the same index; nothing mixes the vectors of
 * two versions of a model.
 */

/** What a model says of one thing: `values` has the index's dimensions. */
export interface ModelVector {
  readonly values: Float32Array;
  /** The model's version. Inner products mean something only between vectors of one version. */
  readonly modelVersion: string;
}

/** What filters ask about. */
export interface VectorLabels {
  readonly tags?: readonly string[];
  /** By names the index was made with; a number that is missing is in no range. */
  readonly numbers?: Readonly<Record<string, number>>;
}

/** All that is said must hold. */
export interface VectorFilter {
  readonly allTags?: readonly string[];
  /** At least one of these. */
  readonly anyTags?: readonly string[];
  readonly noTags?: readonly string[];
  readonly ranges?: readonly NumberRange[];
  /** Only these rows. */
  readonly allow?: Iterable<number>;
  /** None of these rows. */
  readonly deny?: Iterable<number>;
}

/** Both ends belong to it; without one it is open. */
export interface NumberRange {
  readonly name: string;
  readonly min?: number;
  readonly max?: number;
}

export interface VectorQuery {
  readonly vector: ModelVector;
  /** How many to find, 1..2,048. */
  readonly n: number;
  readonly filter?: VectorFilter;
  /** Compare with every vector: what the recall of other searches is measured against. */
  readonly isExact?: boolean;
}

/** Best first; fewer than `n` when there are no more. */
export interface Neighbours {
  readonly rows: Uint32Array;
  /** Inner products, in single precision. */
  readonly scores: Float32Array;
}

/** What an index is made for. */
export interface VectorIndexConfig {
  readonly dimensions: number;
  /** The only version it takes vectors of. */
  readonly modelVersion: string;
  /** The numbers that filters can ask about. */
  readonly numbers?: readonly string[];
}

/** Errors: `data-mismatch` for another length or model version, `invalid-request` for what is no number or no row. */
export interface VectorIndex {
  readonly config: VectorIndexConfig;
  /** How many vectors there are. */
  readonly size: number;
  /** Bytes of the vectors and of what finds them; labels are not counted. */
  readonly memoryBytes: number;
  /** Inserts, or replaces vector and labels. */
  put(row: number, vector: ModelVector, labels?: VectorLabels): void;
  /** False when the row is not there. */
  delete(row: number): boolean;
  has(row: number): boolean;
  search(query: VectorQuery): Neighbours;
  /** Everything, as bytes that the same kind of index loads (`snapshot.ts`). */
  snapshot(): Uint8Array;
}

/** Most that one search finds. */
export const MAX_NEIGHBOURS = 2048;
/** One more than the highest row: far more than one index holds. */
export const MAX_ROWS = 2 ** 26;
