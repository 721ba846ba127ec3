/**
 * Positions of the `n` highest scores, best first: `Uint32Array` of at most `n`. Scores of -Infinity never appear (a
 * filter removes an item by setting it so). Equal scores are ordered by `tieOrder` (lower first; by position when absent),
 * so that the order of the catalogue cannot decide. O(items log n) with a bounded heap.
 */
export function topN(scores: Float32Array, n: number, tieOrder?: Uint32Array): Uint32Array {
  const heap: number[] = []; // worst kept candidate first
  const isWorse = (left: number, right: number): boolean => {
    const difference = scores[left]! - scores[right]!;
    if (difference !== 0) return difference < 0;
    return tieOrder ? tieOrder[left]! > tieOrder[right]! : left > right;
  };
  let least = Number.NEGATIVE_INFINITY; // what a score must reach; most do not, which is all that is asked of them
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position]!;
    if (!(score >= least) || score === Number.NEGATIVE_INFINITY) continue;
    if (heap.length < n) {
      heap.push(position);
      siftUp(heap, isWorse);
    } else if (n > 0 && isWorse(heap[0]!, position)) {
      heap[0] = position;
      siftDown(heap, isWorse);
    }
    if (heap.length === n && n > 0) least = scores[heap[0]!]!;
  }
  return Uint32Array.from(heap.sort((left, right) => (isWorse(left, right) ? 1 : -1)));
}

type Order = (left: number, right: number) => boolean;

function siftUp(heap: number[], isBefore: Order): void {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap[child]!, heap[parent]!)) return;
    [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
    child = parent;
  }
}

function siftDown(heap: number[], isBefore: Order): void {
  let parent = 0;
  for (;;) {
    const left = 2 * parent + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const first = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
    if (!isBefore(heap[first]!, heap[parent]!)) return;
    [heap[first], heap[parent]] = [heap[parent]!, heap[first]!];
    parent = first;
  }
}
