/** @file 32-bit string and integer hashes. Stable across machines and releases: partitions and assignments rest on them. */

/** MurmurHash3 (x86, 32 bit; Appleby) of the UTF-8 bytes of `text`, an unsigned 32-bit integer. */
export function murmur3(text: string, seed = 0): number {
  const bytes = encoder.encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length >>> 2;
  let hash = seed | 0;
  for (let block = 0; block < blocks; block++) {
    hash ^= scramble(view.getInt32(block * 4, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let position = bytes.length - 1; position >= blocks * 4; position--)
    tail = (tail << 8) | bytes[position]!;
  if (bytes.length & 3) hash ^= scramble(tail);
  return mix32(hash ^ bytes.length);
}

/** Murmur3's finalizer: a bijection of 32-bit integers in which every input bit reaches every output bit. */
export function mix32(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const encoder = new TextEncoder();

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
