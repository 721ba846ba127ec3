import { assert } from "#base";
import { ITEM_LEVELS } from "../definition/hops.ts";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { FEATURE_FORMAT } from "../state/feature-head.ts";

/**
 * @file What every read of an item needs to know. Format version 2 (1 differs in the parts beside it):
 *
 *     version:u8  newestMs:varint  (oldest tile + 1, 0 for none):varint for each level
 */
export interface ItemHead {
  /** Time of the newest event ever, ms. */
  newestMs: number;
  /** By level, the first tile there is; `undefined` where there is none. */
  readonly oldest: (number | undefined)[];
}

const writer = new PackedWriter();

export function emptyItemHead(): ItemHead {
  return { newestMs: 0, oldest: ITEM_LEVELS.map(() => undefined) };
}

export function encodeItemHead({ newestMs, oldest }: ItemHead): Uint8Array {
  const out = writer.reset();
  out.byte(FEATURE_FORMAT);
  out.whole(newestMs);
  for (const index of oldest) out.whole(index === undefined ? 0 : index + 1);
  return out.take();
}

export function decodeItemHead(bytes: Uint8Array): ItemHead {
  const reader = new PackedReader(bytes);
  const version = reader.byte();
  assert(
    version === FEATURE_FORMAT,
    `a head of an item's features of version ${FEATURE_FORMAT}, not ${version}`,
  );
  const newestMs = reader.whole();
  const oldest = ITEM_LEVELS.map(() => {
    const index = reader.whole();
    return index === 0 ? undefined : index - 1;
  });
  return { newestMs, oldest };
}
