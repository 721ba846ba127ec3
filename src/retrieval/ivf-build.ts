/**
 * @file Makes inverted lists (IVF: Sivic and Zisserman, "Video Google", 2003; Jegou, Douze, Schmid, "Product quantization for nearest
 * neighbor search", 2011): spherical k-means on a sample, each vector in the list of the centroid with which it has the largest inner
 * product, 8-bit codes with a scale of its own for each dimension, so that the small directions of a spectrum are not rounded away, and the short
 * codes of `short-codes.ts`.
 */
import { Random } from "#base";
import { unitRows } from "#numeric";
import { balance } from "./ivf-balance.ts";
import { createMemory, kernelsOn, LANES } from "./kernels/kernels.ts";
import { elementsOf } from "./memory-layout.ts";
import type { RowVectors } from "./row-vectors.ts";
import { type Codebook, learnCodebook, meanSquares } from "./short-codes.ts";
import { SlotMemory } from "./slot-memory.ts";

export interface IvfShape {
  readonly dimensions: number;
  /** How many lists; 0: 1.2 times the square root of the number of vectors. */
  readonly lists: number;
  readonly seed: number;
  readonly searchers: number;
  /** At least so many rows have room. */
  readonly rowCapacity: number;
}

const LISTS_PER_ROOT = 1.2;
const SAMPLES_PER_LIST = 40;
const ITERATIONS = 8;
/** Vectors that short codes are learned from. */
const CODEBOOK_SAMPLES = 8192;
const CODE_RANGE = 127;
/** Room beyond what is there at first. */
const SPARE = 1.25;
const CHUNK = 4096;

/** A memory with all of the table in lists. The same table and seed give the same memory. O(vectors * lists * dimensions). */
export function buildLists(table: RowVectors, shape: IvfShape): SlotMemory {
  const lists = Math.max(
    1,
    Math.min(shape.lists || Math.round(LISTS_PER_ROOT * Math.sqrt(table.count)), table.count),
  );
  const workspace = new Workspace(
    shape.dimensions,
    Math.max(CHUNK, Math.min(table.count, lists * SAMPLES_PER_LIST)),
    lists,
  );
  const sampled = sample(table.count, lists * SAMPLES_PER_LIST, Random.of(shape.seed, "ivf"));
  workspace.load(table, sampled);
  const scales = workspace.scales(sampled.length);
  const weights = workspace.meanSquares(sampled.length);
  workspace.cluster(sampled.length, Random.of(shape.seed, "k-means"));
  const codebook = workspace.codebook(Math.min(sampled.length, CODEBOOK_SAMPLES), weights);
  const listOf = workspace.assignAll(table);
  const memory = SlotMemory.create({
    dimensions: shape.dimensions,
    slotCapacity: Math.ceil((table.count / LANES + lists) * SPARE + 64) * LANES,
    rowCapacity: shape.rowCapacity,
    listCapacity: lists * 2 + 2,
    searchers: shape.searchers,
  });
  memory.columns.scales.set(scales);
  memory.codebook = codebook;
  for (let list = 0; list < lists; list++) memory.addList(workspace.centroid(list));
  for (const position of positionsByList(listOf, lists))
    memory.append(listOf[position]! + 1, table.rowAt(position), table.vectorAt(position));
  memory.trainedSize = table.count;
  return balance(memory);
}

/** Distinct positions below `count`, in the order of chance. */
function sample(count: number, wanted: number, random: Random): Uint32Array {
  return random.shuffle(Uint32Array.from({ length: count }, (_, position) => position)).subarray(0, wanted);
}

/** Positions so that those of a list stand together, in order. */
function positionsByList(listOf: Uint32Array, lists: number): Uint32Array {
  const starts = new Uint32Array(lists + 1);
  for (const list of listOf) starts[list + 1]!++;
  for (let list = 0; list < lists; list++) starts[list + 1]! += starts[list]!;
  const positions = new Uint32Array(listOf.length);
  for (const [position, list] of listOf.entries()) positions[starts[list]!++] = position;
  return positions;
}

/** A memory with the sample, the centroids and the kernels that compare them. */
class Workspace {
  readonly #dimensions: number;
  readonly #elements: number;
  readonly #lists: number;
  readonly #kernels;
  readonly #vectors: Float32Array;
  readonly #centroids: Float32Array;
  readonly #nearest: Uint32Array;

  constructor(dimensions: number, capacity: number, lists: number) {
    this.#dimensions = dimensions;
    this.#elements = elementsOf(dimensions);
    this.#lists = lists;
    const vectorBytes = capacity * this.#elements * 4;
    const centroidBytes = lists * this.#elements * 4;
    const memory = createMemory(vectorBytes + centroidBytes + capacity * 4);
    this.#vectors = new Float32Array(memory.buffer, 0, capacity * this.#elements);
    this.#centroids = new Float32Array(memory.buffer, vectorBytes, lists * this.#elements);
    this.#nearest = new Uint32Array(memory.buffer, vectorBytes + centroidBytes, capacity);
    this.#kernels = kernelsOn(memory);
    this.#kernels.attach(0, 0, 0, 0, 0, 0, this.#elements, 0, 0, 0, 0);
  }

  centroid(list: number): Float32Array {
    return this.#centroids.subarray(list * this.#elements, list * this.#elements + this.#dimensions);
  }

  load(table: RowVectors, positions: Uint32Array): void {
    for (const [place, position] of positions.entries())
      this.#vectors.set(table.vectorAt(position), place * this.#elements);
  }

  /** What brings the largest value of each dimension to the largest code. */
  scales(count: number): Float32Array {
    const largest = new Float32Array(this.#elements);
    for (let at = 0; at < count * this.#elements; at++) {
      const element = at % this.#elements;
      largest[element] = Math.max(largest[element]!, Math.abs(this.#vectors[at]!));
    }
    return largest.map((value) => (value > 0 ? CODE_RANGE / value : 1));
  }

  meanSquares(count: number): Float32Array {
    return meanSquares(this.#vectors, count, this.#elements);
  }

  /** From the first `count` vectors, of which is left over what their centroids leave. */
  codebook(count: number, weights: Float32Array): Codebook {
    this.#assign(count);
    for (let place = 0; place < count; place++) {
      const centroid = this.centroid(this.#nearest[place]!);
      const vector = this.#vector(place);
      for (let element = 0; element < vector.length; element++) vector[element]! -= centroid[element]!;
    }
    return learnCodebook(this.#vectors, count, weights);
  }

  /** Spherical k-means over the first `count` vectors, from centroids that are the first of them. */
  cluster(count: number, random: Random): void {
    this.#centroids.set(this.#vectors.subarray(0, this.#centroids.length));
    unitRows(this.#centroids, this.#elements);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      this.#assign(count);
      const sizes = this.#sumMembers(count);
      for (let list = 0; list < this.#lists; list++)
        if (sizes[list] === 0) this.centroid(list).set(this.#vector(random.integer(count)));
      unitRows(this.#centroids, this.#elements);
    }
  }

  /** The list of every vector of the table. */
  assignAll(table: RowVectors): Uint32Array {
    const listOf = new Uint32Array(table.count);
    for (let start = 0; start < table.count; start += CHUNK) {
      const count = Math.min(CHUNK, table.count - start);
      this.load(
        table,
        Uint32Array.from({ length: count }, (_, place) => start + place),
      );
      this.#assign(count);
      listOf.set(this.#nearest.subarray(0, count), start);
    }
    return listOf;
  }

  #assign(count: number): void {
    const { byteOffset } = this.#centroids;
    this.#kernels.assign(this.#vectors.byteOffset, count, byteOffset, this.#lists, this.#nearest.byteOffset);
  }

  #vector(place: number): Float32Array {
    return this.#vectors.subarray(place * this.#elements, place * this.#elements + this.#dimensions);
  }

  /** Puts the sums of their members in place of the centroids: how many each has. */
  #sumMembers(count: number): Uint32Array {
    const sizes = new Uint32Array(this.#lists);
    this.#centroids.fill(0);
    for (let place = 0; place < count; place++) {
      const list = this.#nearest[place]!;
      sizes[list]!++;
      const from = place * this.#elements;
      const to = list * this.#elements;
      for (let element = 0; element < this.#dimensions; element++)
        this.#centroids[to + element]! += this.#vectors[from + element]!;
    }
    return sizes;
  }
}
