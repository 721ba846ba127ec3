import { DAY_MS, HOUR_MS, MINUTE_MS } from "#base";
import type { WindowDefinition } from "#declarations";

/**
 * @file Windows of items begin on a whole hop, as Chronon's do (docs/Tiled_Architecture.md), so that what is kept of an item is bounded however
 * many events it has: tiles, and no rows. The hop is 5 minutes for windows up to 12 hours, an hour up to 12 days, and a day beyond;
 * the window is longer by less than a hop, in all three runtimes alike. It ends exactly at the moment asked about.
 */
export const ITEM_LEVELS = [{ ms: 5 * MINUTE_MS }, { ms: HOUR_MS }, { ms: DAY_MS }] as const;

const LONGEST_MS = [12 * HOUR_MS, 12 * DAY_MS, Number.POSITIVE_INFINITY] as const;

/** The levels whose tiles a window is made of, finest first: that of its hop, and coarser ones that fit into it. */
export function levelsOf(window: WindowDefinition): readonly number[] {
  if (window.kind === "lifetime" || window.kind === "session") return [];
  const { kind, ms } = window;
  const finest =
    kind === "sliding"
      ? LONGEST_MS.findIndex((longest) => ms <= longest)
      : ITEM_LEVELS.findLastIndex((level) => ms % level.ms === 0);
  return ITEM_LEVELS.flatMap((level, n) => (n === finest || (n > finest && level.ms < ms) ? [n] : []));
}

/** The last whole hop at or before a time. */
export function hopBefore(window: WindowDefinition, timeMs: number): number {
  const [finest] = levelsOf(window);
  if (finest === undefined) return timeMs;
  const { ms } = ITEM_LEVELS[finest]!; // a level
  return Math.floor(timeMs / ms) * ms;
}
