import { expect, test } from "vitest";
import { logBeta, logGamma } from "./log-gamma.ts";

test("the logarithm of gamma is that of factorials, of the half, and large where gamma is", () => {
  let logFactorial = 0;
  for (let n = 1; n < 170; n++) {
    expect(logGamma(n)).toBeCloseTo(logFactorial, 9); // Gamma(n) = (n - 1)!
    logFactorial += Math.log(n);
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  expect(logGamma(1e-6)).toBeCloseTo(13.815509980749432, 9); // mpmath
  expect(logGamma(1e6)).toBeCloseTo(12815504.569147611, 4); // mpmath
});

test("beta is the ratio of gammas", () => {
  expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 12);
});
