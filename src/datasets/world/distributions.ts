import { assert, type Random } from "#base";
import { dot, unitOf } from "#numeric";

/** @file The few distributions the world is drawn from, each over a seeded {@link Random}. */

/** Log-normal with median 1: `exp(sigma z)`. */
export function logNormal(random: Random, sigma: number): number {
  return Math.exp(sigma * random.normal());
}

/** Pareto: `P(X > x) = (minimum / x)^shape`, cut at `cap`. */
export function pareto(random: Random, minimum: number, shape: number, cap: number): number {
  return Math.min(cap, minimum * (1 - random.uniform()) ** (-1 / shape));
}

/** Poisson count (Knuth's product of uniforms): O(mean), for means up to a few hundred. */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}

/** One of `values`, each as likely. */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  assert(values.length > 0, "there is something to pick from");
  return values[random.integer(values.length)]!;
}

/** A position of `weights` with probability proportional to its weight. O(n). */
export function pickWeighted(random: Random, weights: ArrayLike<number>): number {
  let total = 0;
  for (let position = 0; position < weights.length; position++) total += weights[position]!;
  assert(total > 0, "some weight is positive");
  let left = random.uniform() * total;
  for (let position = 0; position < weights.length; position++) {
    left -= weights[position]!;
    if (left < 0) return position;
  }
  return weights.length - 1;
}

/** `1 / (1 + exp(-logit))`. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** A random unit vector of `size` numbers. */
export function unitVector(random: Random, size: number): Float32Array {
  return unitOf(Float32Array.from({ length: size }, () => random.normal()));
}

/** A unit vector whose cosine to the unit vector `direction` is exactly `cosine`, otherwise uniform. */
export function unitVectorNear(random: Random, direction: Float32Array, cosine: number): Float32Array {
  const noise = unitVector(random, direction.length);
  const along = dot(noise, direction);
  const across = unitOf(noise.map((value, position) => value - along * direction[position]!));
  const sine = Math.sqrt(1 - cosine * cosine);
  return across.map((value, position) => cosine * direction[position]! + sine * value);
}
