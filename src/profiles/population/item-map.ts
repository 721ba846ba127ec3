import { mix32 } from "#base";
import { layOut, placeNear } from "#models";
import { type Matrix, matrixOf } from "#tensor";
import type { ItemSpace } from "../item-space.ts";

/** Items as points of the plane, what is alike together. */
export interface ItemMap {
  /** Changes with every layout. */
  readonly version: string;
  /** Of the item space it shows. */
  readonly spaceVersion: string;
  /** Items of the catalogue when it was made. */
  readonly itemCount: number;
  /** Items that have a place; the first `landmarkCount` were laid out, the others stand amid those. */
  readonly rows: Int32Array;
  readonly landmarkCount: number;
  /** (rows, 2) */
  readonly points: Float32Array;
}

/** So many are laid out, which takes their square; the others are placed amid them. */
const LANDMARKS = 4096;
const MOST_ITEMS = 100_000;
const SEED = 36;

/**
 * A map of the first `itemCount` items. One made before is gone on from: what both have stays about where it was. Which items are landmarks is drawn
 * by hash, so that a larger catalogue keeps almost all of them. O(landmarks x items x D).
 */
export function makeItemMap(
  space: ItemSpace,
  itemCount: number,
  before?: ItemMap,
  { landmarks = LANDMARKS, mostItems = MOST_ITEMS } = {},
): ItemMap {
  const known = Array.from({ length: itemCount }, (_, row) => row)
    .filter((row) => space.vectorOf(row))
    .sort((left, right) => mix32(left + SEED) - mix32(right + SEED) || left - right)
    .slice(0, mostItems);
  const rows = Int32Array.from(known);
  const landmarkCount = Math.min(landmarks, rows.length);
  const vectors = vectorsOf(space, rows.subarray(0, landmarkCount));
  const previous = before && placesIn(before, rows.subarray(0, landmarkCount));
  const laid = layOut(vectors, { seed: SEED, ...(previous && { previous }) });
  const points = new Float32Array(2 * rows.length);
  points.set(laid);
  for (let at = landmarkCount; at < rows.length; at++)
    points.set(placeNear(space.vectorOf(rows[at]!)!, vectors, laid), 2 * at); // those without a vector are left out
  const number = Number(before?.version.split("-")[0] ?? 0) + 1;
  const version = `${number}-${space.version}`;
  return { version, spaceVersion: space.version, itemCount, rows, landmarkCount, points };
}

function vectorsOf(space: ItemSpace, rows: Int32Array): Matrix {
  const vectors = matrixOf(rows.length, space.embeddingSize);
  for (const [at, row] of rows.entries()) vectors.values.set(space.vectorOf(row)!, at * space.embeddingSize);
  return vectors;
}

/** Where items are on a map, (rows, 2); NaN for those that are not. */
function placesIn({ rows, points }: ItemMap, wanted: Int32Array): Float32Array {
  const places = new Map(Array.from(rows, (row, at) => [row, at]));
  return Float32Array.from({ length: 2 * wanted.length }, (_, at) => {
    const place = places.get(wanted[at >> 1]!);
    return place === undefined ? Number.NaN : points[2 * place + (at % 2)]!;
  });
}

/** A map that is looked things up in, by the item space of now. */
export class MapReader {
  readonly map: ItemMap;
  readonly #space: ItemSpace;
  readonly #places: ReadonlyMap<number, number>;
  readonly #landmarks: Matrix;

  constructor(map: ItemMap, space: ItemSpace) {
    this.map = map;
    this.#space = space;
    this.#places = new Map(Array.from(map.rows, (row, at) => [row, at]));
    this.#landmarks = vectorsOf(space, map.rows.subarray(0, map.landmarkCount));
  }

  /** Of an item; of one that came after the map was made, amid those it is like. `undefined` where nothing is known of it. */
  placeOfItem(itemRow: number): readonly [number, number] | undefined {
    const at = this.#places.get(itemRow);
    if (at !== undefined) return [this.map.points[2 * at]!, this.map.points[2 * at + 1]!];
    const vector = this.#space.vectorOf(itemRow);
    return vector && this.placeOf(vector);
  }

  /** Of a vector of length 1 of the item space. */
  placeOf(vector: Float32Array): readonly [number, number] {
    return placeNear(vector, this.#landmarks, this.map.points);
  }

  /** Of a vector of another space, by the items' vectors in it, of shape (items, D) and length 1: amid the items that are nearest there. */
  placeIn(vector: Float32Array, itemVectors: Float32Array): readonly [number, number] {
    const width = vector.length;
    const known = [...this.map.rows.subarray(0, this.map.landmarkCount).entries()].filter(
      ([, row]) => (row + 1) * width <= itemVectors.length,
    );
    const landmarks = matrixOf(known.length, width);
    const points = new Float32Array(2 * known.length);
    for (const [n, [at, row]] of known.entries()) {
      landmarks.values.set(itemVectors.subarray(row * width, (row + 1) * width), n * width);
      points.set(this.map.points.subarray(2 * at, 2 * at + 2), 2 * n);
    }
    return placeNear(vector, landmarks, points);
  }
}

/** As it is kept: JSON, for it is written seldom and read at a start. */
export function encodeItemMap({ rows, points, ...rest }: ItemMap): Uint8Array {
  const rounded = Array.from(points, (value) => Math.round(value * 1e4) / 1e4);
  return Buffer.from(JSON.stringify({ ...rest, rows: [...rows], points: rounded }));
}

export function decodeItemMap(bytes: Uint8Array): ItemMap {
  const { rows, points, ...rest } = JSON.parse(Buffer.from(bytes).toString()) as Omit<
    ItemMap,
    "rows" | "points"
  > & { readonly rows: number[]; readonly points: number[] }; // our own bytes
  return { ...rest, rows: Int32Array.from(rows), points: Float32Array.from(points) };
}
