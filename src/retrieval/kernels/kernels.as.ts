/**
 * @file The inner loops of the vector indexes, in AssemblyScript: WebAssembly with 128-bit SIMD over one memory that several
 * threads share. `npm run -s build:kernels` makes `kernels.wasm` of it; a test holds the two equal.
 *
 * Slots (see `../slot-memory.ts`) hang together in blocks of 32, blocks in chains. A chain is scanned block by block: the word
 * of living lanes is read atomically, for another thread may be adding to it. What is found goes into a bounded min-heap (`heap.as.ts`).
 *
 * Lengths are in elements and multiples of 16; the rest of a vector is zeros.
 *
 * Short codes (see `../short-codes.ts`) have 4 bits for each pair of elements. Those of a block lie together: for each pair 16 bytes, byte
 * i with the code of slot i in its low half and that of slot i + 16 in its high one, so that one `swizzle` looks up sixteen slots.
 */

import { ENTRY, HEAP_HEADER, offer, threshold } from "./heap.as";
import { dotCode, dotVector, mostByCode } from "./products.as";

export { clearHeap, sortHeap } from "./heap.as";

const NONE: u32 = 0xffffffff;
const LANES: u32 = 32;
/** Slots that wait to be compared by their codes: there is room for so many, a block may bring 32, and a sum stands behind them. */
const FOUND_BYTES: usize = (512 - 32 - 1) * 4;

let codes: usize = 0;
let vectors: usize = 0;
let rows: usize = 0;
let alive: usize = 0;
let next: usize = 0;
let slotOf: usize = 0;
let elements: usize = 0;
let shortCodes: usize = 0;
let pairs: usize = 0;
let codewords: usize = 0;
let weights: usize = 0;

/** Says where the columns of the memory begin. Once per instance. */
export function attach(
  codesAt: usize,
  vectorsAt: usize,
  rowsAt: usize,
  aliveAt: usize,
  nextAt: usize,
  slotOfAt: usize,
  elementCount: usize,
  shortCodesAt: usize,
  pairsAt: usize,
  codewordsAt: usize,
  weightsAt: usize,
): void {
  codes = codesAt;
  vectors = vectorsAt;
  rows = rowsAt;
  alive = aliveAt;
  next = nextAt;
  slotOf = slotOfAt;
  elements = elementCount;
  shortCodes = shortCodesAt;
  pairs = pairsAt;
  codewords = codewordsAt;
  weights = weightsAt;
}

/** The lanes of a block that live and, with a mask (a bit per row), are allowed. */
function lanesOf(block: u32, mask: usize): u32 {
  const live = atomic.load<u32>(alive + ((<usize>block) << 2));
  if (mask == 0) return live;
  let allowed: u32 = 0;
  for (let rest = live; rest != 0; rest &= rest - 1) {
    const lane = ctz(rest);
    const row = load<u32>(rows + ((<usize>(block * LANES + lane)) << 2));
    allowed |= ((load<u32>(mask + ((<usize>(row >> 5)) << 2)) >> (row & 31)) & 1) << lane;
  }
  return allowed;
}

/** Offers the slots of a chain by their codes. */
export function scanCodes(head: u32, query: usize, mask: usize, heap: usize, capacity: u32): void {
  const end = elements;
  let scored = load<u32>(heap, 4);
  let limit = threshold(heap, capacity);
  for (let block = head; block != NONE; block = load<u32>(next + ((<usize>block) << 2))) {
    const first = block * LANES;
    const lanes = lanesOf(block, mask);
    scored += popcnt(lanes);
    for (let rest = lanes; rest != 0; rest &= rest - 1) {
      const slot = first + ctz(rest);
      const score = dotCode(codes + <usize>slot * end, query, end);
      if (score > limit) {
        offer(heap, capacity, score, slot);
        limit = threshold(heap, capacity);
      }
    }
  }
  store<u32>(heap, scored, 4);
}

/**
 * The same, but of the slots in a block only those whose short codes sum up to less than `bound` in the tables are looked at: what they lose
 * at least is little enough to enter. `found` has room for 512 slots: they are gathered first, so that their codes are fetched side by side.
 */
export function scanShortCodes(
  head: u32,
  query: usize,
  mask: usize,
  heap: usize,
  capacity: u32,
  tables: usize,
  bound: u32,
  found: usize,
): void {
  const bytes = elements << 3; // a block's
  let scored = load<u32>(heap, 4);
  let last = found;
  for (let block = head; block != NONE; block = load<u32>(next + ((<usize>block) << 2))) {
    const first = block * LANES;
    const lanes = lanesOf(block, mask);
    if (lanes == 0) continue;
    scored += popcnt(lanes);
    const below = lanesBelow(shortCodes + <usize>block * bytes, tables, bound);
    for (let rest = lanes & below; rest != 0; rest &= rest - 1) {
      store<u32>(last, first + ctz(rest));
      last += 4;
    }
    if (last - found > FOUND_BYTES) {
      offerCodes(found, last, query, heap, capacity);
      last = found;
    }
  }
  offerCodes(found, last, query, heap, capacity);
  store<u32>(heap, scored, 4);
}

/** The lanes of a block whose sum of table entries is below the bound, in 8 bits that stop at 255. */
function lanesBelow(codes: usize, tables: usize, bound: u32): u32 {
  let low = i8x16.splat(0);
  let high = i8x16.splat(0);
  const half = i8x16.splat(15);
  const end = tables + (elements << 3);
  for (; tables < end; tables += 32, codes += 32) {
    const one = v128.load(codes);
    const table = v128.load(tables);
    low = i8x16.add_sat_u(low, i8x16.swizzle(table, v128.and(one, half)));
    high = i8x16.add_sat_u(high, i8x16.swizzle(table, v128.and(i16x8.shr_u(one, 4), half)));
    const other = v128.load(codes, 16);
    const following = v128.load(tables, 16);
    low = i8x16.add_sat_u(low, i8x16.swizzle(following, v128.and(other, half)));
    high = i8x16.add_sat_u(high, i8x16.swizzle(following, v128.and(i16x8.shr_u(other, 4), half)));
  }
  const limit = i8x16.splat(<i8>bound);
  return i8x16.bitmask(i8x16.lt_u(low, limit)) | (i8x16.bitmask(i8x16.lt_u(high, limit)) << 16);
}

/**
 * Reads a word of the code of each slot that stands from `from` to `end`: far memory fetches so many side by side as a comparison in between would not
 * let it. The sum is stored behind them, for what nobody needs is not read.
 */
function fetchCodes(from: usize, end: usize): void {
  let sum: u32 = 0;
  for (let at = from; at < end; at += 4) sum += load<u32>(codes + <usize>load<u32>(at) * elements);
  store<u32>(end, sum);
}

/** Offers the slots that stand from `from` to `end` by their codes. */
function offerCodes(from: usize, end: usize, query: usize, heap: usize, capacity: u32): void {
  fetchCodes(from, end);
  let limit = threshold(heap, capacity);
  for (let at = from; at < end; at += 4) {
    const slot = load<u32>(at);
    const score = dotCode(codes + <usize>slot * elements, query, elements);
    if (score > limit) {
      offer(heap, capacity, score, slot);
      limit = threshold(heap, capacity);
    }
  }
}

/**
 * What a query loses with each codeword of each pair against the best of the pair, as 32-bit floats, 16 for a pair; the sum of the best products.
 */
export function shortLosses(query: usize, out: usize): f32 {
  let sum: f32 = 0;
  let words = codewords;
  for (let pair = pairs; pair < pairs + (elements << 2); pair += 8, words += 128, out += 64) {
    const one = f32x4.splat(load<f32>(query + ((<usize>load<u32>(pair)) << 2)));
    const other = f32x4.splat(load<f32>(query + ((<usize>load<u32>(pair, 4)) << 2)));
    let best = f32x4.splat(-Infinity);
    for (let at: usize = 0; at < 64; at += 16) {
      const first = f32x4.mul(one, v128.load(words + at));
      const product = f32x4.add(first, f32x4.mul(other, v128.load(words + at, 64)));
      v128.store(out + at, product);
      best = f32x4.max(best, product);
    }
    best = f32x4.max(best, v128.shuffle<f32>(best, best, 2, 3, 0, 1));
    best = f32x4.max(best, v128.shuffle<f32>(best, best, 1, 0, 3, 2));
    for (let at: usize = 0; at < 64; at += 16) v128.store(out + at, f32x4.sub(best, v128.load(out + at)));
    sum += f32x4.extract_lane(best, 0);
  }
  return sum;
}

/** Losses as table entries: times `unit`, rounded, 255 at most. */
export function fitTables(losses: usize, unit: f32, tables: usize): void {
  const factor = f32x4.splat(unit);
  const end = tables + (elements << 3);
  for (; tables < end; tables += 16, losses += 64) {
    const left = i16x8.narrow_i32x4_s(rounded(losses, factor), rounded(losses + 16, factor));
    const right = i16x8.narrow_i32x4_s(rounded(losses + 32, factor), rounded(losses + 48, factor));
    v128.store(tables, i8x16.narrow_i16x8_u(left, right));
  }
}

function rounded(at: usize, factor: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), factor)));
}

/**
 * Writes the short code of a slot: for each pair the codeword nearest to what is left of the vector without the centroid. The other half of a byte
 * stays what it is, for it may be read meanwhile. The weighted sum of squared errors.
 */
export function encodeShort(vector: usize, centroid: usize, slot: u32): f32 {
  const shift: u32 = (slot & 16) >> 2;
  const kept: u32 = 0xf0 >> shift;
  let code = shortCodes + <usize>(slot >> 5) * (elements << 3) + (slot & 15);
  let error: f32 = 0;
  let words = codewords;
  for (let pair = pairs; pair < pairs + (elements << 2); pair += 8, words += 128, code += 16) {
    const one = (<usize>load<u32>(pair)) << 2;
    const other = (<usize>load<u32>(pair, 4)) << 2;
    const x = f32x4.splat(load<f32>(vector + one) - load<f32>(centroid + one));
    const y = f32x4.splat(load<f32>(vector + other) - load<f32>(centroid + other));
    const wx = f32x4.splat(load<f32>(weights + one));
    const wy = f32x4.splat(load<f32>(weights + other));
    const a = distances(words, x, y, wx, wy);
    const b = distances(words + 16, x, y, wx, wy);
    const c = distances(words + 32, x, y, wx, wy);
    const d = distances(words + 48, x, y, wx, wy);
    let least = f32x4.min(f32x4.min(a, b), f32x4.min(c, d));
    least = f32x4.min(least, v128.shuffle<f32>(least, least, 2, 3, 0, 1));
    least = f32x4.min(least, v128.shuffle<f32>(least, least, 1, 0, 3, 2));
    error += f32x4.extract_lane(least, 0);
    const winners =
      i32x4.bitmask(f32x4.eq(a, least)) |
      (i32x4.bitmask(f32x4.eq(b, least)) << 4) |
      (i32x4.bitmask(f32x4.eq(c, least)) << 8) |
      (i32x4.bitmask(f32x4.eq(d, least)) << 12);
    const word = ctz<u32>(winners) & 15; // no winner among what is no number
    store<u8>(code, <u8>((<u32>load<u8>(code) & kept) | (word << shift)));
  }
  return error;
}

/** Of four codewords. */
function distances(words: usize, x: v128, y: v128, wx: v128, wy: v128): v128 {
  const dx = f32x4.sub(x, v128.load(words));
  const dy = f32x4.sub(y, v128.load(words, 64));
  return f32x4.add(f32x4.mul(wx, f32x4.mul(dx, dx)), f32x4.mul(wy, f32x4.mul(dy, dy)));
}

/** Offers the slots of a chain by their vectors: exact. */
export function scanVectors(head: u32, query: usize, mask: usize, heap: usize, capacity: u32): void {
  const end = elements << 2;
  let scored = load<u32>(heap, 4);
  let limit = threshold(heap, capacity);
  for (let block = head; block != NONE; block = load<u32>(next + ((<usize>block) << 2))) {
    const first = block * LANES;
    const lanes = lanesOf(block, mask);
    scored += popcnt(lanes);
    for (let rest = lanes; rest != 0; rest &= rest - 1) {
      const slot = first + ctz(rest);
      const score = dotVector(vectors + <usize>slot * end, query, end);
      if (score > limit) {
        offer(heap, capacity, score, slot);
        limit = threshold(heap, capacity);
      }
    }
  }
  store<u32>(heap, scored, 4);
}

/** Offers the rows a mask of `words` words allows, by their vectors: exact, and as dear as the mask has bits. */
export function scanRows(mask: usize, words: u32, query: usize, heap: usize, capacity: u32): void {
  const end = elements << 2;
  let scored = load<u32>(heap, 4);
  let limit = threshold(heap, capacity);
  for (let word: u32 = 0; word < words; word++) {
    for (let rest = load<u32>(mask + ((<usize>word) << 2)); rest != 0; rest &= rest - 1) {
      const slot = atomic.load<u32>(slotOf + ((<usize>((word << 5) + ctz(rest))) << 2));
      if (slot == NONE) continue;
      scored++;
      const score = dotVector(vectors + <usize>slot * end, query, end);
      if (score > limit) {
        offer(heap, capacity, score, slot);
        limit = threshold(heap, capacity);
      }
    }
  }
  store<u32>(heap, scored, 4);
}

/**
 * The same, but of a row whose code says that it scores too little to enter the vector is not read: `coded` is `scale` times the query, and what
 * comes of a code is off by `margin` at most. So it is exact as well, and reads a quarter of the bytes. `found` is as above.
 */
export function scanRowsByCodes(
  mask: usize,
  words: u32,
  query: usize,
  coded: usize,
  scale: f32,
  margin: f32,
  heap: usize,
  capacity: u32,
  found: usize,
): void {
  let last = found;
  for (let word: u32 = 0; word < words; word++) {
    for (let rest = load<u32>(mask + ((<usize>word) << 2)); rest != 0; rest &= rest - 1) {
      const slot = atomic.load<u32>(slotOf + ((<usize>((word << 5) + ctz(rest))) << 2));
      store<u32>(last, slot);
      last += slot == NONE ? 0 : 4;
    }
    if (last - found > FOUND_BYTES) {
      offerVectors(found, last, query, coded, scale, margin, heap, capacity);
      last = found;
    }
  }
  offerVectors(found, last, query, coded, scale, margin, heap, capacity);
}

/** Offers the slots that stand from `from` to `end` by their vectors, where their codes do not leave them out. */
function offerVectors(
  from: usize,
  end: usize,
  query: usize,
  coded: usize,
  scale: f32,
  margin: f32,
  heap: usize,
  capacity: u32,
): void {
  let limit = threshold(heap, capacity);
  let least = limit * scale - margin;
  fetchCodes(from, end);
  for (let at = from; at < end; at += 4) {
    const slot = <usize>load<u32>(at);
    if (mostByCode(codes + slot * elements, coded, elements) <= least) continue;
    const score = dotVector(vectors + ((slot * elements) << 2), query, elements << 2);
    if (score > limit) {
      offer(heap, capacity, score, <u32>slot);
      limit = threshold(heap, capacity);
      least = limit * scale - margin;
    }
  }
  store<u32>(heap, load<u32>(heap, 4) + <u32>((end - from) >> 2), 4);
}

/** As `fetchCodes`, every line of the cache of the vectors of a heap's entries; the sum is stored in place of its count of what was compared. */
function fetchVectors(heap: usize, have: u32): void {
  const bytes = elements << 2;
  let sum: u32 = 0;
  for (let entry: u32 = 0; entry < have; entry++) {
    const vector = vectors + <usize>load<u32>(heap + HEAP_HEADER + <usize>entry * ENTRY, 4) * bytes;
    for (let at: usize = 0; at < bytes; at += 64) sum += load<u32>(vector + at);
  }
  store<u32>(heap, sum, 4);
}

/** Offers what one heap holds to another, by vectors: exact. */
export function rescore(from: usize, query: usize, heap: usize, capacity: u32): void {
  const end = elements << 2;
  const have = load<u32>(from);
  fetchVectors(from, have);
  for (let entry: u32 = 0; entry < have; entry++) {
    const slot = load<u32>(from + HEAP_HEADER + <usize>entry * ENTRY, 4);
    const score = dotVector(vectors + <usize>slot * end, query, end);
    if (score > threshold(heap, capacity)) offer(heap, capacity, score, slot);
  }
}

/** Offers the positions of `count` vectors stored one after another. */
export function nearest(table: usize, count: u32, query: usize, heap: usize, capacity: u32): void {
  const end = elements << 2;
  let limit = threshold(heap, capacity);
  for (let position: u32 = 0; position < count; position++) {
    const score = dotVector(table + <usize>position * end, query, end);
    if (score > limit) {
      offer(heap, capacity, score, position);
      limit = threshold(heap, capacity);
    }
  }
}

/** For each of `count` vectors the position of the centroid with the largest inner product, the first among equals. */
export function assign(table: usize, count: u32, centroids: usize, centroidCount: u32, out: usize): void {
  const end = elements << 2;
  for (let position: u32 = 0; position < count; position++) {
    const vector = table + <usize>position * end;
    let best: f32 = -Infinity;
    let winner: u32 = 0;
    let centroid: u32 = 0;
    for (; centroid + 4 <= centroidCount; centroid += 4) {
      const scores = dotFour(vector, centroids + <usize>centroid * end, end);
      if (!v128.any_true(f32x4.gt(scores, f32x4.splat(best)))) continue;
      for (let lane: u32 = 0; lane < 4; lane++) {
        const score = laneOf(scores, lane);
        if (score > best) {
          best = score;
          winner = centroid + lane;
        }
      }
    }
    for (; centroid < centroidCount; centroid++) {
      const score = dotVector(vector, centroids + <usize>centroid * end, end);
      if (score > best) {
        best = score;
        winner = centroid;
      }
    }
    store<u32>(out + ((<usize>position) << 2), winner);
  }
}

/** Inner products of one vector with four that stand one after another. */
function dotFour(vector: usize, four: usize, end: usize): v128 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  const second = four + end;
  const third = second + end;
  const fourth = third + end;
  for (let at: usize = 0; at < end; at += 16) {
    const part = v128.load(vector + at);
    a = f32x4.add(a, f32x4.mul(part, v128.load(four + at)));
    b = f32x4.add(b, f32x4.mul(part, v128.load(second + at)));
    c = f32x4.add(c, f32x4.mul(part, v128.load(third + at)));
    d = f32x4.add(d, f32x4.mul(part, v128.load(fourth + at)));
  }
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7)); // a b a b
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7)); // c d c d
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

function laneOf(lanes: v128, lane: u32): f32 {
  if (lane == 0) return f32x4.extract_lane(lanes, 0);
  if (lane == 1) return f32x4.extract_lane(lanes, 1);
  return lane == 2 ? f32x4.extract_lane(lanes, 2) : f32x4.extract_lane(lanes, 3);
}

/** Eight-bit codes of a vector: each element times its scale, rounded to even, held within -127..127. */
export function encode(vector: usize, scales: usize, code: usize): void {
  const floor = i16x8.splat(-127);
  for (let at: usize = 0; at < elements; at += 16) {
    const left = i16x8.narrow_i32x4_s(scaled(vector, scales, at), scaled(vector, scales, at + 4));
    const right = i16x8.narrow_i32x4_s(scaled(vector, scales, at + 8), scaled(vector, scales, at + 12));
    v128.store(code + at, i8x16.narrow_i16x8_s(i16x8.max_s(left, floor), i16x8.max_s(right, floor)));
  }
}

function scaled(vector: usize, scales: usize, at: usize): v128 {
  const product = f32x4.mul(v128.load(vector + (at << 2)), v128.load(scales + (at << 2)));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(product));
}
