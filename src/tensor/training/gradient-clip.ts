/**
 * The factor that brings gradients together to the length `maxNorm` when they are longer, 1 when they are not (Pascanu et al.
 * 2013). Not-a-number when a gradient is: one bad step must show, not pass.
 */
export function clipFactor(gradients: Iterable<Float32Array>, maxNorm: number): number {
  let squares = 0;
  for (const gradient of gradients)
    for (let at = 0; at < gradient.length; at++) squares += gradient[at]! * gradient[at]!;
  const norm = Math.sqrt(squares);
  return norm <= maxNorm ? 1 : maxNorm / norm;
}
