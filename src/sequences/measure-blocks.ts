import type { StateReader } from "#storage";
import { BlockView } from "./block-view.ts";
import { isBlockKey, USERS_PREFIX } from "./state-keys.ts";

/** What the sealed blocks of all users come to. */
export interface BlockSizes {
  readonly blocks: number;
  readonly rows: number;
  /** Bytes of the columns alone, without event ids and other strings. */
  readonly columnBytes: number;
  readonly blockBytes: number;
}

const PAGE = 1000;

/** O(state). */
export async function measureBlocks(state: StateReader): Promise<BlockSizes> {
  const sizes = { blocks: 0, rows: 0, columnBytes: 0, blockBytes: 0 };
  let from: Uint8Array | undefined;
  for (;;) {
    const page = await state.scan({ prefix: USERS_PREFIX, limit: PAGE, ...(from && { from }) });
    for (const { key, value } of from ? page.slice(1) : page) {
      if (!isBlockKey(key)) continue;
      const block = new BlockView(value);
      sizes.blocks++;
      sizes.rows += block.count;
      sizes.columnBytes += block.columnBytes;
      sizes.blockBytes += value.length;
    }
    if (page.length < PAGE) return sizes;
    from = page.at(-1)!.key;
  }
}
