import { expect, test } from "vitest";
import { Random } from "#base";
import { matrixOf, multiply } from "#tensor";
import { turnToEigenbasis } from "./eigenbasis.ts";

test("turning makes the Gram matrix diagonal and leaves all products of rows as they were", async () => {
  const random = new Random(1);
  const drawn = (length: number) => Float32Array.from({ length }, () => random.normal());
  const factors = matrixOf(30, 4, drawn(120));
  const others = matrixOf(7, 4, drawn(28));
  const turned = await turnToEigenbasis(factors, others);
  const gram = await multiply(turned.factors, turned.factors, { transposeLeft: true });
  gram.values.forEach((value, position) => {
    const isDiagonal = position % 5 === 0;
    expect(value).toBeCloseTo(isDiagonal ? turned.eigenvalues[position / 5]! : 0, 4);
  });
  const before = await multiply(others, factors, { transposeRight: true });
  const after = await multiply(turned.others, turned.factors, { transposeRight: true });
  after.values.forEach((value, position) => {
    expect(value).toBeCloseTo(before.values[position]!, 4);
  });
});
