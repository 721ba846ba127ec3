import type { StateOperation, StateReader } from "#storage";
import type { FeaturePlan } from "../definition/plan.ts";
import { decodeRows, type FeatureRow } from "../feature-row.ts";
import { Part, type RowReader } from "../part.ts";
import {
  type Directory,
  decodeDirectory,
  emptyDirectory,
  encodeDirectory,
  MAX_ROWS,
  type RowBlock,
  rowsIn,
  TILE_LEVELS,
} from "./directory.ts";
import { featureKey, rowsKey, tileIndexIn, tileKey, tilesPrefix } from "./feature-keys.ts";
import { type RowSlice, sliceRows, sortSlices } from "./row-slices.ts";

/** A block is divided beyond so many rows. */
const BLOCK_ROWS = 128;

/** The rows of one user that are kept for windows, on their way through a run of events. */
export class SealedRows {
  readonly #userId: string;
  readonly #context: SealContext;
  readonly #directory: Directory;
  readonly #blocks = new Map<number, RowSlice[] | undefined>();
  /** `${level} ${index}`; `undefined` for a tile that goes. */
  readonly #tiles = new Map<
    string,
    { readonly level: number; readonly index: number; part: Part | undefined }
  >();

  private constructor(userId: string, directory: Directory, context: SealContext) {
    this.#userId = userId;
    this.#directory = directory;
    this.#context = context;
  }

  static async open(userId: string, isThere: boolean, context: SealContext): Promise<SealedRows> {
    const [stored] = isThere ? await context.state.get([featureKey(userId, "d")]) : [];
    return new SealedRows(userId, stored ? decodeDirectory(stored) : emptyDirectory(), context);
  }

  /** Adds rows that are sealed together; those too old for any window to ask for are left out. */
  async add(rows: readonly RowSlice[], newestMs: number): Promise<void> {
    const directory = this.#directory;
    const { plan } = this.#context;
    directory.keptFromMs = Math.max(directory.keptFromMs, newestMs - plan.horizonMs);
    const kept = sortSlices(rows.filter(({ timestampMs }) => timestampMs >= directory.keptFromMs));
    await this.#insert(kept);
    await this.#prune();
    await this.#addToTiles(kept);
    await this.#raiseLevels();
  }

  operations(): StateOperation[] {
    const { plan } = this.#context;
    const operations: StateOperation[] = [];
    const store = (key: Uint8Array, value: Uint8Array | undefined): void =>
      void operations.push(value ? { kind: "put", key, value } : { kind: "delete", key });
    store(featureKey(this.#userId, "d"), encodeDirectory(this.#directory));
    for (const [block, rows] of this.#blocks)
      store(rowsKey(this.#userId, block), rows && Buffer.concat(rows.map(({ bytes }) => bytes)));
    for (const { level, index, part } of this.#tiles.values())
      store(tileKey(this.#userId, level, index), part?.encode(plan));
    return operations;
  }

  async #insert(rows: readonly RowSlice[]): Promise<void> {
    const { blocks } = this.#directory;
    const targets = new Map<number, RowSlice[]>();
    for (const row of rows) {
      const position = Math.max(
        0,
        blocks.findLastIndex(({ firstMs }) => firstMs <= row.timestampMs),
      );
      const group = targets.get(position);
      if (group) group.push(row);
      else targets.set(position, [row]);
    }
    // From the newest on, so that what is put in does not move what is still to come.
    for (const [position, group] of [...targets].sort(([left], [right]) => right - left))
      await this.#insertAt(position, group);
  }

  async #insertAt(position: number, group: readonly RowSlice[]): Promise<void> {
    const directory = this.#directory;
    const target = directory.blocks[position];
    const before = target ? await this.#rowsOf(target.block) : [];
    const isAppended = before.length === 0 || group[0]!.timestampMs >= before.at(-1)!.timestampMs;
    const all = sortSlices([...before, ...group]);
    const blockCount = Math.ceil(all.length / BLOCK_ROWS);
    const size = isAppended ? BLOCK_ROWS : Math.ceil(all.length / blockCount);
    const made: RowBlock[] = [];
    for (let from = 0; from < all.length; from += size) {
      const rows = all.slice(from, from + size);
      const block = from === 0 && target ? target.block : directory.nextBlock++;
      this.#blocks.set(block, rows);
      made.push({
        block,
        firstMs: rows[0]!.timestampMs,
        lastMs: rows.at(-1)!.timestampMs,
        rowCount: rows.length,
      });
    }
    directory.blocks.splice(position, target ? 1 : 0, ...made);
  }

  async #rowsOf(block: number): Promise<RowSlice[]> {
    const known = this.#blocks.get(block);
    if (known) return known;
    const [stored] = await this.#context.state.get([rowsKey(this.#userId, block)]);
    return stored ? sliceRows(stored) : [];
  }

  /** Drops blocks and tiles that no window reaches any more, and the oldest ones beyond the limit. */
  async #prune(): Promise<void> {
    const directory = this.#directory;
    const { blocks } = directory;
    let excess = rowsIn(directory) - MAX_ROWS;
    let dropped = 0;
    while (dropped < blocks.length && (blocks[dropped]!.lastMs < directory.keptFromMs || excess > 0)) {
      const { block, lastMs, rowCount } = blocks[dropped]!;
      if (lastMs >= directory.keptFromMs) {
        directory.isCut = true;
        directory.keptFromMs = lastMs + 1;
      }
      excess -= rowCount;
      this.#blocks.set(block, undefined);
      dropped++;
    }
    if (dropped === 0) return;
    blocks.splice(0, dropped);
    await this.#dropTiles();
  }

  async #dropTiles(): Promise<void> {
    const { state } = this.#context;
    const { keptFromMs } = this.#directory;
    for (const [level, { ms }] of TILE_LEVELS.entries()) {
      if (!this.#hasLevel(level)) continue;
      const end = Math.floor(keptFromMs / ms); // the tile it falls into is kept
      for (const { key } of await state.scan({
        prefix: tilesPrefix(this.#userId, level),
        limit: Number.MAX_SAFE_INTEGER,
      })) {
        const index = tileIndexIn(key);
        if (index >= end) break;
        this.#tiles.set(`${level} ${index}`, { level, index, part: undefined });
      }
      for (const tile of this.#tiles.values())
        if (tile.level === level && tile.index < end) tile.part = undefined;
    }
  }

  #hasLevel(level: number): boolean {
    return (this.#directory.levels & (1 << level)) !== 0;
  }

  async #addToTiles(rows: readonly RowSlice[]): Promise<void> {
    const { plan } = this.#context;
    for (const { bytes } of rows)
      for (const row of decodeRows(bytes, plan))
        for (let level = 0; level < TILE_LEVELS.length; level++)
          if (this.#hasLevel(level)) await this.#addToTile(level, row);
  }

  async #addToTile(level: number, row: FeatureRow): Promise<void> {
    const index = Math.floor(row.timestampMs / TILE_LEVELS[level]!.ms);
    const name = `${level} ${index}`;
    let tile = this.#tiles.get(name);
    if (!tile) {
      const { state, plan } = this.#context;
      const [stored] = await state.get([tileKey(this.#userId, level, index)]);
      tile = { level, index, part: stored ? Part.decode(stored, plan) : new Part() };
      this.#tiles.set(name, tile);
    }
    tile.part ??= new Part();
    const { part } = tile;
    this.#context.tiled.visit(row, (tally, key, value) => part.add(tally, key, value, row));
  }

  /** Makes the tiles of the levels that the user has become busy enough for. */
  async #raiseLevels(): Promise<void> {
    const directory = this.#directory;
    const rowCount = rowsIn(directory);
    const raised = TILE_LEVELS.flatMap(({ fromRows }, level) =>
      rowCount >= fromRows && !this.#hasLevel(level) ? [level] : [],
    );
    if (raised.length === 0 || !this.#context.plan.tallies.some(({ isTiled }) => isTiled)) return;
    for (const level of raised) directory.levels |= 1 << level;
    for (const { block } of directory.blocks)
      for (const { bytes } of await this.#rowsOf(block))
        for (const row of decodeRows(bytes, this.#context.plan))
          for (const level of raised) await this.#addToTile(level, row);
  }
}

export interface SealContext {
  readonly state: StateReader;
  readonly plan: FeaturePlan;
  /** Of the tallies that tiles have a part for. */
  readonly tiled: RowReader;
}
