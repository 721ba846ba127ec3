import { assert } from "#base";

/** Size along one axis: a number, or the name of a size that is known only when the graph runs. Equal names, equal sizes. */
export type Dimension = number | string;

/** Sizes along all axes, outermost first; none for a single value. */
export type Shape = readonly Dimension[];

export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** For messages: `(B, T, 64)`. */
export function textOf(shape: Shape): string {
  return `(${shape.join(", ")})`;
}

/** Number of elements. Of free sizes it is their product's name, the same whatever their order: `2*B*T`. */
export function sizeOf(shape: Shape): Dimension {
  let known = 1;
  const names: string[] = [];
  for (const factor of shape.flatMap((size) => String(size).split("*")))
    if (/^\d+$/.test(factor)) known *= Number(factor);
    else names.push(factor);
  if (names.length === 0 || known === 0) return known;
  return [...(known === 1 ? [] : [String(known)]), ...names.sort()].join("*");
}

/** What a size is when the free ones are `sizes`. */
export function fixedSize(size: Dimension, sizes: Readonly<Record<string, number>>): number {
  return String(size)
    .split("*")
    .reduce((product, factor) => {
      const known = /^\d+$/.test(factor) ? Number(factor) : sizes[factor];
      assert(known !== undefined, `the free size "${factor}" is given`);
      return product * known;
    }, 1);
}

/** Shape of an element-wise result: axes are aligned at the end, and a size of 1 stretches (NumPy's rule). */
export function broadcast(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const one = left[left.length - rank + axis] ?? 1;
    const other = right[right.length - rank + axis] ?? 1;
    assert(
      one === other || one === 1 || other === 1,
      `shapes ${textOf(left)} and ${textOf(right)} stretch to each other`,
    );
    return one === 1 ? other : one;
  });
}

/** 0-based position of an axis that may be counted from the end (-1 is the last). */
export function axisOf(shape: Shape, axis: number): number {
  const position = axis < 0 ? shape.length + axis : axis;
  assert(position >= 0 && position < shape.length, `axis ${axis} is one of ${textOf(shape)}`);
  return position;
}
