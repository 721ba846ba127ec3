/** @file One thread's search of a slot memory: the same for flat and inverted lists, for the writing thread and the others. */
import { assert } from "#base";
import { NONE } from "./kernels/kernels.ts";
import { ShortBounds } from "./short-bounds.ts";
import { BUFFER, type SlotMemory } from "./slot-memory.ts";
import type { Neighbours } from "./vector-index.ts";

/** What to look at. */
export interface SearchPlan {
  readonly n: number;
  /** How many of the nearest lists are scanned. */
  readonly probes: number;
  readonly isExact: boolean;
  /** The searcher's mask says which rows are allowed, in so many words; 0: all. */
  readonly maskWords: number;
}

/** Of a search for n, how many of the best by their codes are compared by their vectors. */
const RESCORED = { least: 30, times: 1.5 };
const QUERY_RANGE = 32767; // of 16-bit integers
/** The greatest code. */
const CODE_END = 127;
/** More than 32-bit floats lose, of up to 512 elements, as a share of what codes do. */
const ROUNDING = 0.02;

/** Searches as the `place`-th searcher of the memory. Not to be shared between threads. */
export class Searcher {
  readonly #memory: SlotMemory;
  readonly #place: SlotMemory["searchers"][number];
  /** The words of the candidates that are scores, as such. */
  readonly #candidateScores: Float32Array;
  readonly #bounds: ShortBounds;
  /** What scores by codes are multiplied with. */
  #scale = 1;

  constructor(memory: SlotMemory, place: number) {
    const own = memory.searchers[place];
    assert(own, "the memory has a place for each searcher");
    this.#memory = memory;
    this.#place = own;
    this.#candidateScores = floatsOf(own.candidates);
    this.#bounds = new ShortBounds(memory, own);
  }

  search(vector: Float32Array, plan: SearchPlan): Neighbours {
    const { kernels } = this.#memory;
    const { query, results } = this.#place;
    query.set(vector);
    kernels.clearHeap(results.byteOffset);
    if (plan.isExact || this.#memory.listCount === 0) this.#scanAll(plan);
    else if (plan.maskWords > 0) this.#scanMasked(plan);
    else this.#scanNearest(plan);
    kernels.sortHeap(results.byteOffset);
    return this.#read(plan.n);
  }

  /** The list whose centroid is nearest to the vector of a slot. */
  nearestList(slot: number): number {
    const { columns, elements } = this.#memory;
    return this.#nearestLists(1, columns.vectors.byteOffset + slot * elements * 4).lists[0]!;
  }

  /** All lists, that with the nearest centroid first. */
  listsByNearness(vector: Float32Array): Uint32Array {
    this.#place.query.set(vector);
    return this.#nearestLists(this.#memory.listCount).lists;
  }

  /** Every vector, or every allowed one. */
  #scanAll({ n, maskWords }: SearchPlan): void {
    const { kernels, columns, listCount } = this.#memory;
    const { mask, query, results } = this.#place;
    if (maskWords > 0) {
      kernels.scanRows(mask.byteOffset, maskWords, query.byteOffset, results.byteOffset, n);
      return;
    }
    for (let chain = 0; chain <= listCount; chain++)
      kernels.scanVectors(columns.heads[chain]!, query.byteOffset, 0, results.byteOffset, n);
  }

  /** Every allowed vector, but for those whose codes say that they are not among the best: as exact as if all were read. */
  #scanAllowed({ n, maskWords }: SearchPlan): void {
    const { mask, query, codedQuery, results, found } = this.#place;
    this.#memory.kernels.scanRowsByCodes(
      ...([mask.byteOffset, maskWords, query.byteOffset, codedQuery.byteOffset] as const),
      ...([this.#scale, this.#codeError(), results.byteOffset, n, found.byteOffset] as const),
    );
  }

  #scanNearest({ n, probes }: SearchPlan): void {
    this.#encodeQuery();
    const { lists, nearness } = this.#nearestLists(probes);
    for (const [place, list] of lists.entries()) this.#scanList(list, nearness[place]!, 0, n);
    this.#scanUntil(rescoredFor(n), probes, 0, n);
    this.#rescore(0, n);
  }

  /**
   * A filter that leaves fewer than a search without one compares is searched exactly. Otherwise lists are scanned from the nearest on
   * until as many allowed vectors were compared: the same work, and no less recall.
   */
  #scanMasked(plan: SearchPlan): void {
    const { n, probes, maskWords } = plan;
    const { size, listCount } = this.#memory;
    const { byteOffset } = this.#place.mask;
    const work = Math.max((size / listCount) * Math.min(probes, listCount), rescoredFor(n));
    this.#encodeQuery();
    if (countBits(this.#place.mask, maskWords) <= work) {
      this.#scanAllowed(plan);
      return;
    }
    this.#scanUntil(work, 0, byteOffset, n);
    this.#rescore(byteOffset, n);
  }

  /** Lists from the `first`-nearest on, until so many vectors were compared in all. */
  #scanUntil(enough: number, first: number, mask: number, n: number): void {
    const { candidates } = this.#place;
    if (candidates[SCORED]! >= enough) return;
    const { lists, nearness } = this.#nearestLists(this.#memory.listCount);
    for (let place = first; place < lists.length; place++) {
      this.#scanList(lists[place]!, nearness[place]!, mask, n);
      if (candidates[SCORED]! >= enough) return;
    }
  }

  /** Numbers of the lists whose centroids are nearest, and their inner products with the query; best first. */
  #nearestLists(count: number, vector = this.#place.query.byteOffset): NearLists {
    const { kernels, columns, listCount } = this.#memory;
    const heap = this.#place.lists;
    kernels.clearHeap(heap.byteOffset);
    const capacity = Math.min(count, listCount);
    kernels.nearest(columns.centroids.byteOffset, listCount, vector, heap.byteOffset, capacity);
    kernels.sortHeap(heap.byteOffset);
    const asFloats = floatsOf(heap);
    const lists = new Uint32Array(heap[HAVE]!);
    const nearness = new Float32Array(lists.length);
    for (let entry = 0; entry < lists.length; entry++) {
      lists[entry] = heap[slotAt(entry)]!;
      nearness[entry] = asFloats[slotAt(entry) - 1]!;
    }
    return { lists, nearness };
  }

  /** The query for codes: what the codes were multiplied with is divided out, and 16 bits are filled. */
  #encodeQuery(): void {
    const { scales } = this.#memory.columns;
    const { query, codedQuery, candidates } = this.#place;
    let largest = Number.MIN_VALUE;
    for (let element = 0; element < query.length; element++)
      largest = Math.max(largest, Math.abs(query[element]! / scales[element]!));
    this.#scale = QUERY_RANGE / largest;
    for (let element = 0; element < query.length; element++)
      codedQuery[element] = Math.round((query[element]! / scales[element]!) * this.#scale);
    this.#memory.kernels.clearHeap(candidates.byteOffset);
    this.#bounds.begin();
  }

  /**
   * How far the score of a code can be from the vector's, times the scale, where no element lies beyond the range of codes: codes and query are
   * rounded by half at most.
   */
  #codeError(): number {
    const { scales } = this.#memory.columns;
    const { query } = this.#place;
    let error = query.length * CODE_END * 0.5;
    for (let element = 0; element < query.length; element++)
      error += Math.abs(query[element]! / scales[element]!) * this.#scale * 0.5;
    return error * (1 + ROUNDING);
  }

  /** By codes; once there are enough candidates, only what may be better than the least of them by its short code. */
  #scanList(list: number, nearness: number, mask: number, n: number): void {
    const { kernels, columns } = this.#memory;
    const { codedQuery, candidates, tables, found } = this.#place;
    const head = columns.heads[list + 1]!;
    if (head === NONE) return;
    const capacity = rescoredFor(n);
    const least = this.#candidateScores[slotAt(0) - 1]! / this.#scale;
    const bound = candidates[HAVE]! < capacity ? undefined : this.#bounds.of(list, nearness, least);
    const [query, heap] = [codedQuery.byteOffset, candidates.byteOffset];
    if (bound === undefined) kernels.scanCodes(head, query, mask, heap, capacity);
    else if (bound > 0)
      kernels.scanShortCodes(head, query, mask, heap, capacity, tables.byteOffset, bound, found.byteOffset);
  }

  /** Candidates by their vectors, after the buffer: a row updated meanwhile is found where it went. */
  #rescore(mask: number, n: number): void {
    const { kernels, columns } = this.#memory;
    const { query, candidates, results } = this.#place;
    kernels.scanVectors(columns.heads[BUFFER]!, query.byteOffset, mask, results.byteOffset, n);
    kernels.rescore(candidates.byteOffset, query.byteOffset, results.byteOffset, n);
  }

  /** What is in the results; a slot that its row has left while it was searched is passed over. */
  #read(n: number): Neighbours {
    const { rows: rowOf, slotOf } = this.#memory.columns;
    const { results } = this.#place;
    const asFloats = floatsOf(results);
    const rows = new Uint32Array(n);
    const scores = new Float32Array(n);
    let found = 0;
    for (let entry = 0; entry < results[HAVE]!; entry++) {
      const slot = results[slotAt(entry)]!;
      const row = rowOf[slot]!;
      if (slotOf[row] !== slot) continue;
      rows[found] = row;
      scores[found++] = asFloats[slotAt(entry) - 1]!;
    }
    return { rows: rows.subarray(0, found), scores: scores.subarray(0, found) };
  }
}

/** Words of a heap: how many entries it has, how many were compared, then score and slot of each. */
const HAVE = 0;
const SCORED = 1;

function slotAt(entry: number): number {
  return 3 + 2 * entry;
}

/** The words of a heap, those that are scores as such. */
function floatsOf({ buffer, byteOffset, length }: Uint32Array): Float32Array {
  return new Float32Array(buffer, byteOffset, length);
}

/** Best first. */
interface NearLists {
  readonly lists: Uint32Array;
  readonly nearness: Float32Array;
}

function rescoredFor(n: number): number {
  return RESCORED.least + Math.ceil(RESCORED.times * n);
}

function countBits(words: Uint32Array, length: number): number {
  let count = 0;
  for (let position = 0; position < length; position++) {
    let word = words[position]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
