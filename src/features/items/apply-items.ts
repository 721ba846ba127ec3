import type { Catalogue } from "#events";
import type { StateOperation, StateReader } from "#storage";
import type { EntityPlan } from "../definition/plan.ts";
import type { FeatureRow } from "../feature-row.ts";
import { Part } from "../part.ts";
import { tileIndexIn } from "../state/feature-keys.ts";
import { decodeItemHead, emptyItemHead, encodeItemHead, type ItemHead } from "./item-head.ts";
import { itemKey, itemTileKey, itemTilesPrefix } from "./item-keys.ts";
import { ItemParts, ItemTiling, tileAt } from "./item-parts.ts";

/**
 * @file The step from the log to the features of items: what new events change, written in the same atomic step as the features of their people.
 * However many events of an item a run has, it reads and writes what they touch once, so that the busiest item costs as little as any.
 */
export class ItemState {
  readonly #plan: EntityPlan;
  readonly #tiling: ItemTiling;

  constructor(plan: EntityPlan, catalogue: Catalogue) {
    this.#plan = plan;
    this.#tiling = new ItemTiling(plan, catalogue);
  }

  /** The operations that take in rows of one partition, in any order, by item. */
  async apply(
    byItem: ReadonlyMap<number, readonly FeatureRow[]>,
    partition: number,
    state: StateReader,
  ): Promise<StateOperation[]> {
    const updates = Array.from(byItem, ([item, rows]) => ({ item, rows, tiles: this.#touched(rows) }));
    const stored = await state.get(
      updates.flatMap(({ item, tiles }) => [
        itemKey(item, partition, "h"),
        itemKey(item, partition, "l"),
        ...tiles.map(({ level, index }) => itemTileKey(item, partition, level, index)),
      ]),
    );
    const operations: StateOperation[] = [];
    let next = 0;
    for (const { item, rows, tiles } of updates) {
      const bytes = stored.slice(next, next + 2 + tiles.length);
      next += bytes.length;
      const head = bytes[0] ? decodeItemHead(bytes[0]) : emptyItemHead();
      const parts = new ItemParts();
      parts.newestMs = head.newestMs;
      if (bytes[1]) parts.lifetime = Part.decode(bytes[1], this.#plan);
      for (const [n, { level, index }] of tiles.entries()) {
        const tile = bytes[2 + n];
        if (tile) parts.tiles[level]!.set(index, Part.decode(tile, this.#plan)); // a level
      }
      for (const row of rows) this.#tiling.add(parts, row);
      operations.push(...(await this.#operations(item, partition, head, parts, state)));
    }
    return operations;
  }

  /** The tiles that the rows fall into. */
  #touched(rows: readonly FeatureRow[]): { readonly level: number; readonly index: number }[] {
    return this.#tiling.levels.flatMap((level) =>
      Array.from(new Set(rows.map(({ timestampMs }) => tileAt(level, timestampMs))), (index) => ({
        level,
        index,
      })),
    );
  }

  async #operations(
    item: number,
    partition: number,
    head: ItemHead,
    parts: ItemParts,
    state: StateReader,
  ): Promise<StateOperation[]> {
    const operations: StateOperation[] = [];
    const put = (key: Uint8Array, part: Part): void =>
      void operations.push({ kind: "put", key, value: part.encode(this.#plan, { isSorted: true }) });
    head.newestMs = parts.newestMs;
    if (parts.lifetime) put(itemKey(item, partition, "l"), parts.lifetime);
    for (const level of this.#tiling.levels) {
      const first = this.#tiling.firstKept(level, parts.newestMs);
      const kept = [...parts.tiles[level]!].filter(([index]) => index >= first); // a level
      for (const [index, part] of kept) put(itemTileKey(item, partition, level, index), part);
      let oldest = head.oldest[level];
      if (oldest !== undefined && oldest < first) {
        // Rare: once when a tile has come to its end.
        const left: number[] = [];
        const prefix = itemTilesPrefix(item, partition, level);
        for (const { key } of await state.scan({ prefix, limit: Number.MAX_SAFE_INTEGER })) {
          const index = tileIndexIn(key);
          if (index < first) operations.push({ kind: "delete", key });
          else left.push(index);
        }
        oldest = left[0];
      }
      const indexes = kept.map(([index]) => index);
      head.oldest[level] = leastOf(oldest === undefined ? indexes : [oldest, ...indexes]);
    }
    operations.push({ kind: "put", key: itemKey(item, partition, "h"), value: encodeItemHead(head) });
    return operations;
  }
}

function leastOf(indexes: readonly number[]): number | undefined {
  return indexes.length === 0 ? undefined : Math.min(...indexes);
}
