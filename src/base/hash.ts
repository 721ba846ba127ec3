/** @file 32-bit string and integer hashes. Stable across machines and releases: partitions and assignments rest on them. */

/** MurmurHash3 (x86, 32 bit; Appleby) of the UTF-8 bytes of `text`, an unsigned 32-bit integer. */
export function murmur3(text: string, seed = 0): number {
  const bytes = bytesOf(text);
  return murmur3Of(bytes, 0, bytes.length, seed);
}

/** As {@link murmur3}, of the bytes from one place to before another. */
function murmur3Of(bytes: Uint8Array, from: number, to: number, seed: number): number {
  const length = to - from;
  let hash = seed | 0;
  let position = from;
  for (; position + 4 <= to; position += 4) {
    const word =
      bytes[position]! |
      (bytes[position + 1]! << 8) |
      (bytes[position + 2]! << 16) |
      (bytes[position + 3]! << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let last = to - 1; last >= position; last--) tail = (tail << 8) | bytes[last]!;
  if (length & 3) hash ^= scramble(tail);
  return mix32(hash ^ length);
}

/** As {@link murmur3Of} with two seeds, for a hash of 64 bits: each word is read and scrambled once. Puts them in `hashes`, from its start. */
export function murmur3Pair(
  bytes: Uint8Array,
  from: number,
  to: number,
  seeds: readonly [number, number],
  hashes: Uint32Array,
): void {
  let first = seeds[0] | 0;
  let second = seeds[1] | 0;
  let position = from;
  for (; position + 4 <= to; position += 4) {
    const word = scramble(
      bytes[position]! |
        (bytes[position + 1]! << 8) |
        (bytes[position + 2]! << 16) |
        (bytes[position + 3]! << 24),
    );
    first ^= word;
    first = (Math.imul((first << 13) | (first >>> 19), 5) + 0xe6546b64) | 0;
    second ^= word;
    second = (Math.imul((second << 13) | (second >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let last = to - 1; last >= position; last--) tail = (tail << 8) | bytes[last]!;
  const left = position < to ? scramble(tail) : 0;
  hashes[0] = mix32(first ^ left ^ (to - from));
  hashes[1] = mix32(second ^ left ^ (to - from));
}

/** Murmur3's finalizer: a bijection of 32-bit integers in which every input bit reaches every output bit. */
export function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(256);

/** UTF-8 bytes; short ASCII text, which ids are, without an allocation. Valid until the next call. */
function bytesOf(text: string): Uint8Array {
  if (text.length > scratch.length) return encoder.encode(text);
  for (let position = 0; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (code > 0x7f) return encoder.encode(text);
    scratch[position] = code;
  }
  return scratch.subarray(0, text.length);
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
