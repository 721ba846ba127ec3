import { dot } from "#numeric";
import type { Matrix } from "#tensor";
import type { Points } from "./align.ts";

/** How many landmarks say where a vector belongs, and how fast their word fades with distance. */
const LANDMARKS = 8;
const FADES_IN = 0.05;

/**
 * Where a vector belongs on a map it had no part in making: amid the landmarks it is most like, the more so the more like it they are. O(landmarks D).
 * @param landmarks vectors of length 1 whose places are `points`
 */
export function placeNear(
  vector: Float32Array,
  landmarks: Matrix,
  points: Points,
): readonly [number, number] {
  const { rows, columns, values } = landmarks;
  const nearest: number[] = [];
  const cosines: number[] = [];
  for (let row = 0; row < rows; row++) {
    const cosine = dot(vector, values.subarray(row * columns, (row + 1) * columns));
    if (nearest.length === LANDMARKS && cosine <= cosines[LANDMARKS - 1]!) continue;
    let at = nearest.length;
    while (at > 0 && cosines[at - 1]! < cosine) at--;
    nearest.splice(at, 0, row);
    cosines.splice(at, 0, cosine);
    nearest.length = cosines.length = Math.min(LANDMARKS, nearest.length);
  }
  let [x, y, total] = [0, 0, 0];
  for (const [n, row] of nearest.entries()) {
    const weight = Math.exp((cosines[n]! - cosines[0]!) / FADES_IN);
    x += weight * points[2 * row]!;
    y += weight * points[2 * row + 1]!;
    total += weight;
  }
  return total === 0 ? [0, 0] : [x / total, y / total];
}
