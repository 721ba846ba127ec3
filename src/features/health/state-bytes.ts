import type { StateReader } from "#storage";

/** What the features of one key (a person, an item) take in the state, keys and values together; over those looked at. */
export interface StateBytes {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** Over everything behind the prefixes of each; nothing looked at takes nothing. */
export async function stateBytesOf(
  state: StateReader,
  prefixes: readonly (readonly Uint8Array[])[],
): Promise<StateBytes> {
  const bytes: number[] = [];
  for (const own of prefixes) {
    let sum = 0;
    for (const prefix of own)
      for (const { key, value } of await state.scan({ prefix, limit: Number.MAX_SAFE_INTEGER }))
        sum += key.length + value.length;
    bytes.push(sum);
  }
  bytes.sort((left, right) => left - right);
  const at = (share: number): number => bytes[Math.ceil(share * bytes.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
