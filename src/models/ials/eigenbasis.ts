import { type Matrix, matrixOf, multiply, symmetricEigen } from "#tensor";

/** Factors turned so that their Gram matrix is diagonal. */
export interface Eigenbasis {
  /** (D) the diagonal of `factors' factors`, largest first. */
  readonly eigenvalues: Float64Array;
  /** (rows, D) `factors` in the new basis. */
  readonly factors: Matrix;
  /** (otherRows, D) `others` in the same basis: all products of rows stay what they were. */
  readonly others: Matrix;
}

/**
 * Turns both sides' factors into the eigenbasis of the Gram matrix of `factors`. The part of iALS's normal equations that
 * stands for all the items a person did *not* engage with is that matrix: here it costs D multiplications instead of D^2.
 */
export async function turnToEigenbasis(factors: Matrix, others: Matrix): Promise<Eigenbasis> {
  const size = factors.columns;
  const gram = await multiply(factors, factors, { transposeLeft: true }); // (D, D)
  const { values, vectors } = symmetricEigen(Float64Array.from(gram.values), size);
  const basis = matrixOf(size, size, Float32Array.from(vectors)); // a row per eigenvector
  return {
    eigenvalues: values.map((value) => Math.max(0, value)),
    factors: await multiply(factors, basis, { transposeRight: true }),
    others: await multiply(others, basis, { transposeRight: true }),
  };
}
