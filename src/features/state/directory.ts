import { DAY_MS, HOUR_MS } from "#base";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";

/**
 * @file Which sealed rows of a user are kept for windows, and where: blocks of rows by time, and over them tiles, each of which is
 * what the rows of one stretch of time come to. A window then takes a few rows at its beginning, and tiles from there on: large ones in
 * the middle (Chronon's tiled architecture, docs/Tiled_Architecture.md; there a window begins at the next tile, here to the
 * millisecond). Users with few rows have no tiles.
 */
export interface Directory {
  /** Rows before this are not kept. */
  keptFromMs: number;
  /** Set when rows were given up that a window may ask for: beyond `MAX_ROWS`. */
  isCut: boolean;
  /** One bit for each level that has its tiles. */
  levels: number;
  nextBlock: number;
  /** By time; neighbours may share a millisecond. */
  readonly blocks: RowBlock[];
}

export interface RowBlock {
  /** Its number in the key. */
  readonly block: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly rowCount: number;
}

export interface TileLevel {
  readonly ms: number;
  /** A user who keeps so many rows gets tiles of this level. */
  readonly fromRows: number;
}

/** Finest first; each is a multiple of the one before. */
export const TILE_LEVELS: readonly TileLevel[] = [
  { ms: HOUR_MS, fromRows: 4096 },
  { ms: DAY_MS, fromRows: 256 },
  { ms: 16 * DAY_MS, fromRows: 256 },
];

/** Used again and again: what is taken from it is a copy. */
const writer = new PackedWriter();
/** Rows a user keeps for windows at most. */
export const MAX_ROWS = 131_072;

export function emptyDirectory(): Directory {
  return { keptFromMs: 0, isCut: false, levels: 0, nextBlock: 0, blocks: [] };
}

export function rowsIn({ blocks }: Directory): number {
  return blocks.reduce((sum, { rowCount }) => sum + rowCount, 0);
}

export function encodeDirectory({ keptFromMs, isCut, levels, nextBlock, blocks }: Directory): Uint8Array {
  const out = writer.reset();
  out.whole(keptFromMs);
  out.byte(isCut ? 1 : 0);
  out.byte(levels);
  out.whole(nextBlock);
  out.whole(blocks.length);
  let beforeMs = 0;
  for (const { block, firstMs, lastMs, rowCount } of blocks) {
    out.whole(block);
    out.signed(firstMs - beforeMs);
    out.whole(lastMs - firstMs);
    out.whole(rowCount);
    beforeMs = firstMs;
  }
  return out.take();
}

export function decodeDirectory(bytes: Uint8Array): Directory {
  const reader = new PackedReader(bytes);
  const keptFromMs = reader.whole();
  const isCut = reader.byte() === 1;
  const levels = reader.byte();
  const nextBlock = reader.whole();
  let beforeMs = 0;
  const blocks = Array.from({ length: reader.whole() }, (): RowBlock => {
    const block = reader.whole();
    const firstMs = beforeMs + reader.signed();
    beforeMs = firstMs;
    return { block, firstMs, lastMs: firstMs + reader.whole(), rowCount: reader.whole() };
  });
  return { keptFromMs, isCut, levels, nextBlock, blocks };
}

/** What a window from a time on is made of: rows before `edgeEndMs`, then tiles up to the newest row. */
export interface Cover {
  /** Rows from here on are in the tiles. `Infinity` where there are none. */
  readonly edgeEndMs: number;
  readonly tiles: readonly Tile[];
}

export interface Tile {
  readonly level: number;
  readonly index: number;
}

/** The levels that a directory has tiles of, finest first. */
export function activeLevels({ levels }: Directory): ActiveLevel[] {
  return TILE_LEVELS.map(({ ms }, level) => ({ ms, level })).filter(({ level }) => levels & (1 << level));
}

interface ActiveLevel {
  readonly level: number;
  readonly ms: number;
}

/**
 * The fewest tiles of some levels, finest first, each a multiple of the one before, for times after `fromMs` (exclusive) up to `newestMs`, when nothing
 * later is asked about.
 */
export function coverOf(fromMs: number, newestMs: number, active: readonly ActiveLevel[]): Cover {
  const [finest] = active;
  if (!finest) return { edgeEndMs: Number.POSITIVE_INFINITY, tiles: [] };
  const tiles: Tile[] = [];
  const edgeEndMs = Math.ceil((fromMs + 1) / finest.ms) * finest.ms;
  let nextMs = edgeEndMs;
  for (const [n, { ms, level }] of active.entries()) {
    const coarser = active[n + 1]?.ms;
    while (nextMs <= newestMs && (coarser === undefined || nextMs % coarser !== 0)) {
      tiles.push({ level, index: nextMs / ms });
      nextMs += ms;
    }
  }
  return { edgeEndMs, tiles };
}
