/** (n) each its own position. */
export function numbered(n: number): Int32Array {
  const positions = new Int32Array(n);
  for (let at = 0; at < n; at++) positions[at] = at;
  return positions;
}
