/** Points of the plane: (n, 2), row-major. */
export type Points = Float32Array;

/**
 * The points turned, mirrored, scaled and moved so that those with a place in `previous` come as near to it as such a motion can bring them
 * (orthogonal Procrustes, Schönemann 1966; in the plane it has a closed form). Shapes stay as they are.
 * @param previous place of each point before; NaN for one that had none
 */
export function alignTo(points: Points, previous: Points): Points {
  const shared = [...Array(points.length / 2).keys()].filter((at) => !Number.isNaN(previous[2 * at]));
  if (shared.length < 2) return points;
  const [meanX, meanY] = meanOf(points, shared);
  const [wasX, wasY] = meanOf(previous, shared);
  // Rotation and mirrored rotation that fit best, and how well: sums of products, as with complex numbers.
  let [turnCos, turnSin, flipCos, flipSin, squares] = [0, 0, 0, 0, 0];
  for (const at of shared) {
    const [x, y] = [points[2 * at]! - meanX, points[2 * at + 1]! - meanY];
    const [u, v] = [previous[2 * at]! - wasX, previous[2 * at + 1]! - wasY];
    turnCos += x * u + y * v;
    turnSin += x * v - y * u;
    flipCos += x * u - y * v;
    flipSin += x * v + y * u;
    squares += x * x + y * y;
  }
  if (squares === 0) return points;
  const isFlipped = Math.hypot(flipCos, flipSin) > Math.hypot(turnCos, turnSin);
  const mirror = isFlipped ? -1 : 1;
  const [cosine, sine] = isFlipped
    ? [flipCos / squares, flipSin / squares]
    : [turnCos / squares, turnSin / squares];
  return points.map((_, at) => {
    const x = points[at - (at % 2)]! - meanX;
    const y = mirror * (points[at - (at % 2) + 1]! - meanY);
    if (at % 2 === 0) return wasX + cosine * x - sine * y;
    return wasY + sine * x + cosine * y;
  });
}

function meanOf(points: Points, places: readonly number[]): readonly [number, number] {
  let [x, y] = [0, 0];
  for (const at of places) {
    x += points[2 * at]!;
    y += points[2 * at + 1]!;
  }
  return [x / places.length, y / places.length];
}
