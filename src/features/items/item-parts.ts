import type { Catalogue } from "#events";
import { ITEM_LEVELS, levelsOf } from "../definition/hops.ts";
import type { EntityPlan } from "../definition/plan.ts";
import type { FeatureRow } from "../feature-row.ts";
import { Accumulation, type Answer } from "../online/accumulation.ts";
import type { FeatureRequest } from "../online/feature-request.ts";
import { Part, RowReader } from "../part.ts";
import { coverOf, type Tile } from "../state/directory.ts";

/** How the rows of items reach their parts, and how long tiles are kept: worked out once for a plan. */
export class ItemTiling {
  readonly #lifetime: RowReader | undefined;
  /** By level; `undefined` where no window wants its tiles. */
  readonly #readers: readonly (RowReader | undefined)[];
  /** By level: how far behind the newest event a tile may end and still be wanted. */
  readonly #horizonsMs: readonly number[];

  constructor(plan: EntityPlan, catalogue: Catalogue) {
    const { tallies } = plan;
    this.#lifetime = tallies.some(({ isLifetime }) => isLifetime)
      ? new RowReader(plan, catalogue, ({ isLifetime }) => isLifetime)
      : undefined;
    const windowsAt = ITEM_LEVELS.map((_, level) =>
      tallies.flatMap(({ windows }) => windows.filter((window) => levelsOf(window).includes(level))),
    );
    this.#readers = windowsAt.map((windows, level) =>
      windows.length === 0
        ? undefined
        : new RowReader(plan, catalogue, (tally) =>
            tally.windows.some((window) => levelsOf(window).includes(level)),
          ),
    );
    this.#horizonsMs = windowsAt.map((windows) =>
      Math.max(0, ...windows.map((window) => ("ms" in window ? window.ms + hopMs(window) : 0))),
    );
  }

  get hasLifetime(): boolean {
    return this.#lifetime !== undefined;
  }

  /** The levels that have tiles, finest first. */
  get levels(): readonly number[] {
    return this.#readers.flatMap((reader, level) => (reader ? [level] : []));
  }

  /** The first tile of a level that a question at the time of the newest event, or later, can ask for. */
  firstKept(level: number, newestMs: number): number {
    return tileAt(level, Math.max(0, newestMs - this.#horizonsMs[level]!));
  }

  add(parts: ItemParts, row: FeatureRow): void {
    this.#lifetime?.visit(row, (tally, key, value) => parts.lifetimePart().add(tally, key, value, row));
    for (const [level, reader] of this.#readers.entries()) {
      const index = tileAt(level, row.timestampMs);
      reader?.visit(row, (tally, key, value) => parts.tilePart(level, index).add(tally, key, value, row));
    }
    parts.newestMs = Math.max(parts.newestMs, row.timestampMs);
  }
}

function hopMs(window: Parameters<typeof levelsOf>[0]): number {
  const [finest] = levelsOf(window);
  return finest === undefined ? 0 : ITEM_LEVELS[finest]!.ms; // a level
}

export function tileAt(level: number, timestampMs: number): number {
  return Math.floor(timestampMs / ITEM_LEVELS[level]!.ms); // a level
}

/**
 * What the events of one item come to: over its lifetime and tile by tile. A function of the set of its events, whatever their order, so that
 * what is streamed, what is read from the lake in another order, and what is left when a person is forgotten are the same bytes.
 */
export class ItemParts {
  newestMs = 0;
  lifetime: Part | undefined;
  /** By level: index -> part. */
  readonly tiles: readonly Map<number, Part>[] = ITEM_LEVELS.map(() => new Map());

  lifetimePart(): Part {
    this.lifetime ??= new Part();
    return this.lifetime;
  }

  tilePart(level: number, index: number): Part {
    const tiles = this.tiles[level]!; // a level
    const known = tiles.get(index);
    if (known) return known;
    const part = new Part();
    tiles.set(index, part);
    return part;
  }

  /** Drops tiles before the first that is kept. */
  prune(tiling: ItemTiling): void {
    for (const [level, tiles] of this.tiles.entries()) {
      const first = tiling.firstKept(level, this.newestMs);
      for (const index of tiles.keys()) if (index < first) tiles.delete(index);
    }
  }
}

/** The tiles that the windows of a request at a moment are made of, by window, up to the newest event. */
export function itemCovers(request: FeatureRequest, startsMs: readonly number[], newestMs: number): Tile[][] {
  return request.windows.map((window, n) => {
    const levels = levelsOf(window).map((level) => ({ level, ms: ITEM_LEVELS[level]!.ms })); // levels all
    return levels.length === 0 ? [] : [...coverOf(startsMs[n]!, newestMs, levels).tiles]; // a start for each
  });
}

/** The features of a request from what is there of an item, one for each partition; no part knows an event later than `atMs`. */
export function itemAnswers(
  parts: readonly ItemParts[],
  request: FeatureRequest,
  atMs: number,
  catalogue: Catalogue,
): (Answer | undefined)[] {
  const accumulation = new Accumulation(request, atMs);
  for (const { lifetime, tiles, newestMs } of parts) {
    if (lifetime) accumulation.addLifetime(lifetime);
    for (const [window, cover] of itemCovers(request, accumulation.startsMs, newestMs).entries())
      for (const { level, index } of cover) {
        const part = tiles[level]!.get(index); // a level
        if (part) accumulation.addTile(part, window);
      }
  }
  return accumulation.finish(catalogue);
}
