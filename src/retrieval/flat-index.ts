/**
 * @file The exact answer: every vector is compared, in WebAssembly. The choice for up to some 50,000 vectors, and the oracle of the
 * other answers.
 */
import { isHollow, rewrite } from "./ivf-balance.ts";
import { BUFFER } from "./slot-memory.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { StoredVectors } from "./stored-vectors.ts";
import type {
  ModelVector,
  Neighbours,
  VectorIndex,
  VectorIndexConfig,
  VectorLabels,
  VectorQuery,
} from "./vector-index.ts";

const KIND = "flat";

export class FlatIndex implements VectorIndex {
  readonly config: VectorIndexConfig;
  readonly #stored: StoredVectors;

  constructor(config: VectorIndexConfig) {
    this.config = config;
    this.#stored = new StoredVectors(config);
  }

  static load(bytes: Uint8Array): FlatIndex {
    const snapshot = decodeSnapshot(bytes, KIND);
    const index = new FlatIndex(snapshot.header["config"] as VectorIndexConfig); // as it was saved
    index.#stored.restore(snapshot);
    return index;
  }

  get size(): number {
    return this.#stored.memory.size;
  }

  get memoryBytes(): number {
    return this.#stored.memory.usedBytes;
  }

  put(row: number, vector: ModelVector, labels?: VectorLabels): void {
    this.#stored.put(row, vector, labels);
    this.#tend();
  }

  delete(row: number): boolean {
    const wasThere = this.#stored.delete(row);
    this.#tend();
    return wasThere;
  }

  has(row: number): boolean {
    return this.#stored.has(row);
  }

  search(query: VectorQuery): Neighbours {
    return this.#stored.search(query, 0);
  }

  snapshot(): Uint8Array {
    return encodeSnapshot({ kind: KIND, ...this.#stored.save() });
  }

  #tend(): void {
    if (isHollow(this.#stored.memory, BUFFER)) rewrite(this.#stored.memory, BUFFER);
  }
}
