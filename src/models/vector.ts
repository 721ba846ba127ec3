import { type Brand, PlatformError } from "#base";
import { dot } from "#numeric";

/**
 * @file Vectors that know where they come from. Every training run makes a space of its own: an inner product of vectors from two
 * of them is a number without a meaning, and nothing about it looks wrong. So a vector carries the version of the model that made
 * it, and whatever compares two of them refuses a mix.
 */

/** Which version of which model: `sequence-encoder@0003`. */
export type ModelReference = Brand<string, "ModelReference">;

export function modelReference(name: string, version: string): ModelReference {
  return `${name}@${version}` as ModelReference; // the one place that makes it
}

/** A point of the space of one model version. */
export interface Vector {
  readonly version: ModelReference;
  /** (D) */
  readonly values: Float32Array;
}

/** Items in the space of one model version. */
export interface VectorTable {
  readonly version: ModelReference;
  readonly dimension: number;
  /** (rows, D), row-major. */
  readonly values: Float32Array;
}

/**
 * Inner product; of vectors of length 1 it is their cosine.
 * @throws PlatformError `version-mismatch` when they are not of one model version
 */
export function similarity(left: Vector, right: Vector): number {
  requireSameVersion(left.version, right.version);
  return dot(left.values, right.values);
}

/**
 * Inner products of a vector with rows of a table; `undefined` for a row that is not there or has no vector.
 * @throws PlatformError `version-mismatch` as {@link similarity}, whatever the rows; `invalid-request` for another dimension
 */
export function similarities(
  vector: Vector,
  { version, dimension, values }: VectorTable,
  rows: readonly (number | undefined)[],
): (number | undefined)[] {
  requireSameVersion(vector.version, version);
  if (vector.values.length !== dimension)
    throw new PlatformError(
      "invalid-request",
      `vector has ${vector.values.length} numbers; those of ${version} have ${dimension}`,
    );
  return rows.map((row) => {
    if (row === undefined) return undefined;
    const own = values.subarray(row * dimension, (row + 1) * dimension);
    return own.some((value) => value !== 0) ? dot(vector.values, own) : undefined;
  });
}

function requireSameVersion(left: ModelReference, right: ModelReference): void {
  if (left === right) return;
  throw new PlatformError(
    "version-mismatch",
    `a vector of ${left} cannot be compared with one of ${right}: each model version has a space of its own. Get both from one version.`,
  );
}
