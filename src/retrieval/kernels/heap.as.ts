/**
 * @file The best that a scan has met: a bounded min-heap, the worst of them at its root.
 *
 *   heap:  u32 have | u32 scored | (f32 score, u32 slot) x capacity        `scored` counts what was compared
 */

export const HEAP_HEADER: usize = 8;
export const ENTRY: usize = 8;

/** The score a candidate must beat to enter. */
export function threshold(heap: usize, capacity: u32): f32 {
  return load<u32>(heap) < capacity ? -Infinity : load<f32>(heap + HEAP_HEADER);
}

/** Puts a candidate that beats the threshold into the heap, in place of the worst when full. */
export function offer(heap: usize, capacity: u32, score: f32, slot: u32): void {
  const have = load<u32>(heap);
  const entries = heap + HEAP_HEADER;
  if (have < capacity) {
    store<u32>(heap, have + 1);
    siftUp(entries, have, score, slot);
  } else {
    siftDown(entries, have, score, slot);
  }
}

function siftUp(entries: usize, from: u32, score: f32, slot: u32): void {
  let child: u32 = from;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    const at = entries + <usize>parent * ENTRY;
    if (load<f32>(at) <= score) break;
    store<u64>(entries + <usize>child * ENTRY, load<u64>(at));
    child = parent;
  }
  const home = entries + <usize>child * ENTRY;
  store<f32>(home, score);
  store<u32>(home, slot, 4);
}

/** Fills the hole at the root of a heap of `have` entries. */
function siftDown(entries: usize, have: u32, score: f32, slot: u32): void {
  let parent: u32 = 0;
  for (;;) {
    let child: u32 = 2 * parent + 1;
    if (child >= have) break;
    let at = entries + <usize>child * ENTRY;
    if (child + 1 < have && load<f32>(at, 8) < load<f32>(at)) {
      child++;
      at += ENTRY;
    }
    if (load<f32>(at) >= score) break;
    store<u64>(entries + <usize>parent * ENTRY, load<u64>(at));
    parent = child;
  }
  const home = entries + <usize>parent * ENTRY;
  store<f32>(home, score);
  store<u32>(home, slot, 4);
}

export function clearHeap(heap: usize): void {
  store<u64>(heap, 0);
}

/** Puts the entries in order, best first; what was a heap is a list afterwards. */
export function sortHeap(heap: usize): void {
  const entries = heap + HEAP_HEADER;
  for (let have = load<u32>(heap); have > 1; ) {
    have--;
    const last = entries + <usize>have * ENTRY;
    const score = load<f32>(last);
    const slot = load<u32>(last, 4);
    store<u64>(last, load<u64>(entries));
    siftDown(entries, have, score, slot);
  }
}
