/**
 * @file Learns short codes: four bits for two elements (product quantization: Jegou, Douze, Schmid, "Product quantization for nearest neighbor
 * search", 2011) of what is left of a vector when the centroid of its list is taken away. Sixteen of them are looked up at once, in registers
 * (Andre, Kermarrec, Le Scouarnec, "Cache locality is not enough", VLDB 2015; Guo et al., "Accelerating large-scale inference with anisotropic
 * vector quantization", 2020).
 *
 * Where we differ: what a code is for is an inner product with queries that are spread as the vectors are. So the error of an element weighs as
 * much as its mean square, and the element that would err most is paired with the one that would err least: it gets nearly all of the four bits.
 */

/** Codewords of a pair. */
export const CODEWORDS = 16;

/** How vectors become short codes. All but `codewords` have one value for each element. */
export interface Codebook {
  /** The elements, two by two. */
  readonly pairs: Uint32Array;
  /** Of each pair first the 16 values of its one element, then the 16 of the other. */
  readonly codewords: Float32Array;
  /** What the squared error of an element weighs. */
  readonly weights: Float32Array;
  /** The mean squared error of an element. */
  readonly errors: Float32Array;
}

const ITERATIONS = 10;
/** Of the mean weight and of a weight times itself: no element weighs nothing or has no error, for later vectors may be others. */
const LEAST = 1e-4;

/** From the first `count` rows of a table of what is left of vectors, shape (rows, weights.length). `weights`: the mean squares of the vectors themselves. */
export function learnCodebook(left: Float32Array, count: number, weights: Float32Array): Codebook {
  const elements = weights.length;
  const floor = (LEAST * weights.reduce((sum, weight) => sum + weight, 0)) / elements || 1;
  const raised = weights.map((weight) => Math.max(weight, floor));
  const pairs = pairUp(meanSquares(left, count, elements).map((square, at) => square * raised[at]!));
  const codewords = new Float32Array(elements * CODEWORDS);
  const errors = raised.map((weight) => LEAST * weight);
  for (let pair = 0; pair < elements / 2; pair++) {
    const [one, other] = [pairs[2 * pair]!, pairs[2 * pair + 1]!];
    const points = [one, other].map((element) =>
      Float32Array.from({ length: count }, (_, row) => left[row * elements + element]!),
    ) as [Float32Array, Float32Array];
    const start = pair * 2 * CODEWORDS;
    const words = codewords.subarray(start, start + 2 * CODEWORDS);
    const found = cluster(points, [raised[one]!, raised[other]!], words);
    errors[one] = Math.max(errors[one]!, found[0]);
    errors[other] = Math.max(errors[other]!, found[1]);
  }
  return { pairs, codewords, weights: raised, errors };
}

/** Of each element over the first `count` rows of a table. */
export function meanSquares(table: Float32Array, count: number, elements: number): Float32Array {
  const sums = new Float64Array(elements);
  for (let at = 0; at < count * elements; at++) sums[at % elements]! += table[at]! ** 2;
  return Float32Array.from(sums, (sum) => sum / Math.max(count, 1));
}

/** The element with the most, then that with the least, and so on inwards. */
function pairUp(share: Float32Array): Uint32Array {
  const order = Array.from(share.keys()).sort((left, right) => share[right]! - share[left]!);
  return Uint32Array.from(order, (_, place) => order.at(place % 2 === 0 ? place / 2 : -(place + 1) / 2)!);
}

type Two<Value> = readonly [Value, Value];

/** k-means of points in the plane, from quantiles of the first element; the mean squared error of each element. */
function cluster([xs, ys]: Two<Float32Array>, [wx, wy]: Two<number>, words: Float32Array): Two<number> {
  const order = Array.from(xs.keys()).sort((left, right) => xs[left]! - xs[right]!);
  for (let word = 0; word < CODEWORDS; word++) {
    const point = order[Math.floor(((word + 0.5) * order.length) / CODEWORDS)]!;
    words[word] = xs[point]!;
    words[CODEWORDS + word] = ys[point]!;
  }
  let errors: Two<number> = [0, 0];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const sums = new Float64Array(3 * CODEWORDS); // how many, and their sums
    let [ex, ey] = [0, 0];
    for (let point = 0; point < xs.length; point++) {
      const [x, y] = [xs[point]!, ys[point]!];
      const word = nearestWord(x, y, wx, wy, words);
      sums[word]!++;
      sums[CODEWORDS + word]! += x;
      sums[2 * CODEWORDS + word]! += y;
      ex += (x - words[word]!) ** 2;
      ey += (y - words[CODEWORDS + word]!) ** 2;
    }
    errors = [ex / xs.length, ey / xs.length];
    if (iteration === ITERATIONS - 1) break; // the errors are those of the words as they are
    for (let at = 0; at < 2 * CODEWORDS; at++) {
      const size = sums[at % CODEWORDS]!;
      if (size > 0) words[at] = sums[CODEWORDS + at]! / size;
    }
  }
  return errors;
}

function nearestWord(x: number, y: number, wx: number, wy: number, words: Float32Array): number {
  let best = Number.POSITIVE_INFINITY;
  let winner = 0;
  for (let word = 0; word < CODEWORDS; word++) {
    const dx = x - words[word]!;
    const dy = y - words[CODEWORDS + word]!;
    const distance = wx * dx * dx + wy * dy * dy;
    if (distance < best) {
      best = distance;
      winner = word;
    }
  }
  return winner;
}
