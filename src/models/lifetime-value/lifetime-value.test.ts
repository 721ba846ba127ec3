import { expect, test } from "vitest";
import { Random } from "#base";
import { fitBgNbd, type Purchases, probabilityAlive, purchasesIfAlive } from "./bg-nbd.ts";
import { expectedValue, fitGammaGamma } from "./gamma-gamma.ts";

const published = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const first = { frequency: 2, recency: 30.43, age: 38.86 };

test("the published expectation of the paper's first customer: 1.226 purchases in 39 weeks", () => {
  const expected = purchasesIfAlive(published, first, 39) * probabilityAlive(published, first);
  expect(expected).toBeCloseTo(1.226, 3);
  expect(probabilityAlive(published, first)).toBeCloseTo(0.7266, 3);
  expect(probabilityAlive(published, { frequency: 0, recency: 0, age: 39 })).toBe(1);
});

test("the published value of the note's first customer: 24.66 a purchase; nobody's own mean is all of it", () => {
  const model = { p: 6.25, q: 3.74, v: 15.44 };
  expect(expectedValue(model, { frequency: 2, meanValue: 22.35 })).toBeCloseTo(24.66, 1);
  expect(expectedValue(model, { frequency: 1, meanValue: 500 })).toBeLessThan(500);
});

/** Gamma by Marsaglia and Tsang, for shapes of 1 and more; smaller ones by the power of a uniform. */
function gamma(random: Random, shape: number, rate: number): number {
  if (shape < 1) return gamma(random, shape + 1, rate) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v))
      return (d * v) / rate;
  }
}

test("parameters of customers simulated by the model's own story are found again", () => {
  const random = new Random(11);
  const truth = { r: 0.8, alpha: 6, a: 1, b: 3 };
  const customers = Array.from({ length: 4000 }, (): Purchases => {
    const rate = gamma(random, truth.r, truth.alpha);
    const leaving = gamma(random, truth.a, 1);
    const leaves = leaving / (leaving + gamma(random, truth.b, 1));
    let recency = 0;
    let frequency = 0;
    for (let time = random.exponential() / rate; time < 40; time += random.exponential() / rate) {
      recency = time;
      frequency++;
      if (random.chance(leaves)) break;
    }
    return { frequency, recency, age: 40 };
  });
  const { r, alpha, a, b } = fitBgNbd(customers);
  expect(Math.abs(r / truth.r - 1)).toBeLessThan(0.1);
  expect(Math.abs(alpha / truth.alpha - 1)).toBeLessThan(0.15);
  expect(a / (a + b)).toBeCloseTo(0.25, 1);
});

test("spending simulated by the model's own story is found again", () => {
  const random = new Random(4);
  const spending = Array.from({ length: 3000 }, () => {
    const rate = gamma(random, 4, 15);
    const frequency = 1 + random.integer(6);
    const total = gamma(random, 6 * frequency, rate);
    return { frequency, meanValue: total / frequency };
  });
  const { p, q, v } = fitGammaGamma(spending);
  expect(p).toBeGreaterThan(4.5);
  expect(p).toBeLessThan(8.5);
  expect((p * v) / (q - 1)).toBeCloseTo((6 * 15) / 3, 0);
});
