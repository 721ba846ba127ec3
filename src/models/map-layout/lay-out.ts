import { Random } from "#base";
import type { Matrix } from "#tensor";
import { alignTo, type Points } from "./align.ts";
import { type Neighbours, nearestRows } from "./neighbours.ts";
import { principalPlane } from "./principal-plane.ts";

export interface LayoutOptions {
  readonly seed: number;
  /** Where each row was in the layout before, (n, 2); NaN for one that was not. */
  readonly previous?: Points;
}

/** Neighbours that count as near: the grain of the map. */
const NEIGHBOURS = 15;
const EPOCHS = 200;
/** A layout that goes on from another one has its places already. */
const EPOCHS_AGAIN = 50;
const RATE_AGAIN = 0.25;
/** Points each end of an edge is pushed away from. */
const AGAINST = 3;
/** Nearness in the plane is `1 / (1 + a d^2)`. */
const A = 1.6;
const MOST_STEP = 4;
/** Half of the width in which a layout begins. */
const WIDTH = 10;

/**
 * @file Vectors as points of the plane, neighbours together (UMAP: McInnes, Healy and Melville 2018): a weighted graph of nearest neighbours, pulled
 * together along its edges and apart from points drawn at random, by stochastic gradient descent. We differ in a plainer curve of
 * nearness (that of t-SNE: no powers to compute), and in what a console needs: it begins in the principal plane, or where the layout before left off, all chance is seeded, and it is turned to lie as the layout before did,
 * so that what a person has seen in one place stays there.
 */

/** A place for every row, of vectors of length 1. O(n^2 D + epochs n). */
export function layOut(vectors: Matrix, { seed, previous }: LayoutOptions): Points {
  const random = Random.of(seed, "layout");
  const isAgain = previous?.some((value) => !Number.isNaN(value)) ?? false;
  const points = scaled(principalPlane(vectors, random));
  const near = nearestRows(vectors, NEIGHBOURS);
  if (near.k === 0) return points;
  if (previous && isAgain) points.set(beginFrom(alignTo(points, previous), previous, near));
  const course = isAgain ? { epochs: EPOCHS_AGAIN, rate: RATE_AGAIN } : { epochs: EPOCHS, rate: 1 };
  descend(points, edgesOf(near), course, random);
  return previous && isAgain ? alignTo(points, previous) : centred(points);
}

/** Where rows were before; new ones amid their neighbours that were, or where the principal plane has them. */
function beginFrom(points: Points, previous: Points, { k, rows }: Neighbours): Points {
  return points.map((value, at) => {
    if (!Number.isNaN(previous[at])) return previous[at]!;
    const row = at >> 1;
    const known = [...rows.subarray(row * k, (row + 1) * k)]
      .map((other) => previous[2 * other + (at % 2)]!)
      .filter((place) => !Number.isNaN(place));
    return known.length === 0 ? value : known.reduce((sum, place) => sum + place, 0) / known.length;
  });
}

interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Largest 1. */
  readonly weights: Float32Array;
}

/** Each neighbour's weight falls with how much further it is than the nearest, at each row's own scale; either end's word counts. */
function edgesOf({ k, rows, cosines }: Neighbours): Edges {
  const weights = new Map<number, number>();
  const count = rows.length / k;
  for (let row = 0; row < count; row++) {
    const distances = Array.from(cosines.subarray(row * k, (row + 1) * k), (cosine) => 1 - cosine);
    const nearest = distances[0]!;
    const scale = scaleOf(distances.map((distance) => distance - nearest));
    for (const [n, distance] of distances.entries()) {
      const other = rows[row * k + n]!;
      const weight = Math.exp(-(distance - nearest) / scale);
      const key = Math.min(row, other) * count + Math.max(row, other);
      const known = weights.get(key) ?? 0;
      weights.set(key, known + weight - known * weight);
    }
  }
  const keys = [...weights.keys()];
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / count)),
    to: Int32Array.from(keys, (key) => key % count),
    weights: Float32Array.from(weights.values()),
  };
}

/** The scale at which a row's neighbours count together as log2 of their number (section 3.1 of the paper). */
function scaleOf(distances: readonly number[]): number {
  const target = Math.log2(distances.length);
  let [low, high] = [1e-6, 1e3];
  for (let round = 0; round < 40; round++) {
    const scale = Math.sqrt(low * high);
    const sum = distances.reduce((total, distance) => total + Math.exp(-distance / scale), 0);
    if (sum > target) high = scale;
    else low = scale;
  }
  return Math.sqrt(low * high);
}

/** Each edge is pulled as often as its weight says, and every time pushes a few random points away. */
function descend(
  points: Points,
  { from, to, weights }: Edges,
  course: { readonly epochs: number; readonly rate: number },
  random: Random,
): void {
  const count = points.length / 2;
  const due = Float32Array.from(weights, (weight) => 1 / weight);
  for (let epoch = 0; epoch < course.epochs; epoch++) {
    const rate = course.rate * (1 - epoch / course.epochs);
    for (let edge = 0; edge < weights.length; edge++) {
      if (due[edge]! > epoch + 1) continue;
      due[edge]! += 1 / weights[edge]!;
      const [head, tail] = [from[edge]!, to[edge]!];
      attract(points, head, tail, rate);
      for (let n = 0; n < AGAINST; n++) repel(points, head, random.integer(count), rate);
      for (let n = 0; n < AGAINST; n++) repel(points, tail, random.integer(count), rate);
    }
  }
}

function attract(points: Points, head: number, tail: number, rate: number): void {
  const [across, up] = [points[2 * head]! - points[2 * tail]!, points[2 * head + 1]! - points[2 * tail + 1]!];
  const pull = (-2 * A * rate) / (1 + A * (across * across + up * up));
  points[2 * head]! += clipped(pull * across);
  points[2 * head + 1]! += clipped(pull * up);
  points[2 * tail]! -= clipped(pull * across);
  points[2 * tail + 1]! -= clipped(pull * up);
}

function repel(points: Points, head: number, other: number, rate: number): void {
  if (head === other) return;
  const [across, up] = [
    points[2 * head]! - points[2 * other]!,
    points[2 * head + 1]! - points[2 * other + 1]!,
  ];
  const squared = across * across + up * up;
  const push = (2 * rate) / ((0.001 + squared) * (1 + A * squared));
  points[2 * head]! += clipped(push * across);
  points[2 * head + 1]! += clipped(push * up);
}

function clipped(step: number): number {
  return Math.max(-MOST_STEP, Math.min(MOST_STEP, step));
}

function scaled(points: Points): Points {
  const widest = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return points.map((value) => (WIDTH * value) / widest);
}

function centred(points: Points): Points {
  const mean = [0, 1].map(
    (axis) => points.reduce((sum, value, at) => sum + (at % 2 === axis ? value : 0), 0) / (points.length / 2),
  );
  return points.map((value, at) => value - mean[at % 2]!);
}
