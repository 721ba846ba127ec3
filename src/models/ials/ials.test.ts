import { expect, test } from "vitest";
import { Random } from "#base";
import { historyOf, type Interaction, type Interactions, packInteractions } from "#sequences";
import { ials } from "./ials.ts";
import type { IalsConfig } from "./ials-config.ts";

const USERS = 30;
const ITEMS = 14;
const config: IalsConfig = {
  embeddingSize: 3,
  epochs: 4,
  reg: 0.05,
  regExponent: 0.8,
  unobservedWeight: 0.1,
  initStd: 0.5,
  solverSteps: 50,
};

test("alternating least squares, written naively, gives the same scores", async () => {
  const data = randomData();
  const fitted = await ials.fit(data, config, { random: new Random(2), progress: () => {} });
  const { items } = naiveAls(data, new Random(2));
  for (let user = 0; user < USERS; user++) {
    const history = historyOf(data, user);
    const person = naiveSolve(items, [...history.itemRows], [...history.weights!], ITEMS);
    const scores = await fitted.score([history]);
    for (const [item, vector] of items.entries()) expect(scores[item]).toBeCloseTo(dot(person, vector), 3);
  }
});

test("two steps per pass end near where exact solutions end", async () => {
  const data = randomData();
  const context = () => ({ random: new Random(2), progress: () => {} });
  const many = { ...config, epochs: 200 };
  const exact = await ials.fit(data, many, context());
  const quick = await ials.fit(data, { ...many, solverSteps: 2 }, context());
  const history = historyOf(data, 5);
  const scores = await quick.score([history]);
  for (const [item, score] of (await exact.score([history])).entries())
    expect(scores[item]).toBeCloseTo(score, 2);
});

test("data without an engagement is refused", async () => {
  const nothing = packInteractions([], 3, 4);
  await expect(
    ials.fit(nothing, ials.defaults, { random: new Random(1), progress: () => {} }),
  ).rejects.toMatchObject({ code: "no-data" });
});

function randomData(): Interactions {
  const random = new Random(3);
  const rows: Interaction[] = [];
  for (let user = 0; user < USERS; user++)
    for (const item of random.shuffle([...Array(ITEMS).keys()]).slice(0, 2 + random.integer(6)))
      rows.push({ user, item, weight: 0.5 + random.uniform() });
  return packInteractions(rows, USERS, ITEMS);
}

/** Hu, Koren and Volinsky's algorithm with exact solutions, from the same start. */
function naiveAls(data: Interactions, random: Random): { items: number[][] } {
  const std = config.initStd / Math.sqrt(config.embeddingSize);
  let items = Array.from({ length: ITEMS }, () =>
    Array.from({ length: config.embeddingSize }, () => std * random.normal()),
  );
  for (let epoch = 0; epoch < config.epochs; epoch++) {
    const people = Array.from({ length: USERS }, (_, user) => {
      const { itemRows, weights } = historyOf(data, user);
      return naiveSolve(items, [...itemRows], [...weights!], ITEMS);
    });
    items = items.map((_, item) => {
      const fans: number[] = [];
      const weights: number[] = [];
      for (let user = 0; user < USERS; user++) {
        const history = historyOf(data, user);
        const at = history.itemRows.indexOf(item);
        if (at >= 0) fans.push(user);
        if (at >= 0) weights.push(history.weights![at]!);
      }
      return naiveSolve(people, fans, weights, USERS);
    });
  }
  return { items };
}

/** (w0 sum of all h h' + sum of c h h' + penalty I)^-1 sum of c h, by elimination. */
function naiveSolve(
  vectors: readonly number[][],
  rows: number[],
  weights: number[],
  others: number,
): number[] {
  const size = config.embeddingSize;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const penalty = config.reg * (total + config.unobservedWeight * others) ** config.regExponent;
  const system = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size + 1 }, (__, column) => {
      if (column === size) return rows.reduce((sum, k, at) => sum + weights[at]! * vectors[k]![row]!, 0);
      const all = vectors.reduce((sum, h) => sum + h[row]! * h[column]!, 0);
      const own = rows.reduce(
        (sum, k, at) => sum + weights[at]! * vectors[k]![row]! * vectors[k]![column]!,
        0,
      );
      return config.unobservedWeight * all + own + (row === column ? penalty : 0);
    }),
  );
  for (const [pivot, row] of system.entries()) {
    const scale = 1 / row[pivot]!;
    for (const column of row.keys()) row[column]! *= scale;
    for (const other of system) {
      if (other === row) continue;
      const factor = other[pivot]!;
      for (const column of row.keys()) other[column]! -= factor * row[column]!;
    }
  }
  return system.map((row) => row[size]!);
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}
