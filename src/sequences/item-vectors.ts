import type { ItemVectors } from "./interactions.ts";

/** The vectors of items as a table; undefined when none has one. Those of another length than the first are left out. */
export function itemVectorsOf(vectors: readonly (readonly number[] | undefined)[]): ItemVectors | undefined {
  const dimension = vectors.find((vector) => vector !== undefined)?.length ?? 0;
  if (dimension === 0) return undefined;
  const values = new Float32Array(vectors.length * dimension);
  for (const [row, vector] of vectors.entries())
    if (vector?.length === dimension) values.set(vector, row * dimension);
  return { dimension, values };
}
