import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "#base";
import {
  activeLevels,
  coverOf,
  decodeDirectory,
  emptyDirectory,
  encodeDirectory,
  TILE_LEVELS,
} from "./directory.ts";

const NOW = Date.UTC(2026, 2, 1, 13, 7, 5);

test("a window of 90 days is tens of tiles, and one without tiles is rows alone", () => {
  const { tiles, edgeEndMs } = coverOf(
    NOW - 90 * DAY_MS,
    NOW,
    activeLevels({ ...emptyDirectory(), levels: 0b111 }),
  );
  expect(tiles.length).toBeGreaterThan(10);
  expect(tiles.length).toBeLessThan(50);
  expect(edgeEndMs - (NOW - 90 * DAY_MS)).toBeLessThanOrEqual(HOUR_MS);
  expect(coverOf(NOW - 90 * DAY_MS, NOW, [])).toEqual({ edgeEndMs: Number.POSITIVE_INFINITY, tiles: [] });
});

test("rows before the edge's end and tiles from there on cover every moment of the window once", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 * DAY_MS }),
      fc.integer({ min: 0, max: 400 * DAY_MS }),
      fc.constantFrom(0b110, 0b111),
      (windowMs, behindMs, levels) => {
        const fromMs = NOW - windowMs;
        const newestMs = NOW - behindMs;
        const { tiles, edgeEndMs } = coverOf(fromMs, newestMs, activeLevels({ ...emptyDirectory(), levels }));
        let nextMs = edgeEndMs;
        for (const { level, index } of tiles) {
          const { ms } = TILE_LEVELS[level]!;
          expect(index * ms).toBe(nextMs);
          nextMs += ms;
        }
        expect(edgeEndMs).toBeGreaterThan(fromMs);
        expect(nextMs > newestMs).toBe(true);
      },
    ),
  );
});

test("a directory comes back from its bytes", () => {
  const directory = {
    keptFromMs: NOW,
    isCut: true,
    levels: 0b101,
    nextBlock: 9,
    blocks: [
      { block: 3, firstMs: NOW, lastMs: NOW + 5, rowCount: 128 },
      { block: 8, firstMs: NOW + 5, lastMs: NOW + 5, rowCount: 1 },
    ],
  };
  expect(decodeDirectory(encodeDirectory(directory))).toEqual(directory);
});
