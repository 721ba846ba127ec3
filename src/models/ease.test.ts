import { expect, test } from "vitest";
import { Random } from "#base";
import { historyOf, type Interaction, type Interactions, packInteractions } from "#sequences";
import { type EaseConfig, ease } from "./ease.ts";

const context = { random: new Random(1), progress: () => {} };
const USERS = 60;
const ITEMS = 12;

test.each([
  ["the paper's closed form", { reg: 5, regExponent: 0, userDamping: 0, memoryGb: 1 }],
  ["a penalty by frequency and damped people", { reg: 5, regExponent: 0.5, userDamping: 0.7, memoryGb: 1 }],
])("%s, computed naively in double precision, gives the same scores", async (_title, config) => {
  const data = randomData();
  const fitted = await ease.fit(data, config, context);
  const weights = naiveEase(data, config);
  for (let user = 0; user < USERS; user++) {
    const history = historyOf(data, user);
    const scores = await fitted.score([history]);
    for (let item = 0; item < ITEMS; item++) {
      let expected = 0;
      for (const [at, seen] of history.itemRows.entries())
        expected += history.weights![at]! * weights[seen]![item]!;
      expect(scores[item]).toBeCloseTo(expected, 5);
    }
  }
});

test("a catalogue too large for the memory is refused, with the need and the alternative", async () => {
  const data = packInteractions([{ user: 0, item: 0 }], 1, 50_000);
  await expect(ease.fit(data, ease.defaults, context)).rejects.toMatchObject({
    code: "model-too-large",
    message: expect.stringMatching(/50000 items need 15\.\d GB.*Use ials/),
  });
});

/** Each person meets six different items, with weights. */
function randomData(): Interactions {
  const random = new Random(3);
  const rows: Interaction[] = [];
  for (let user = 0; user < USERS; user++)
    for (const item of random.shuffle([...Array(ITEMS).keys()]).slice(0, 2 + random.integer(6)))
      rows.push({ user, item, weight: 0.5 + random.uniform() });
  return packInteractions(rows, USERS, ITEMS);
}

function naiveEase(data: Interactions, config: EaseConfig): number[][] {
  const meanCount = data.itemRows.length / USERS;
  const gram = Array.from({ length: ITEMS }, () => new Array<number>(ITEMS).fill(0));
  for (let user = 0; user < USERS; user++) {
    const { itemRows, weights } = historyOf(data, user);
    for (const [left, row] of itemRows.entries())
      for (const [right, column] of itemRows.entries())
        gram[row]![column]! +=
          weights![left]! * weights![right]! * (itemRows.length / meanCount) ** -config.userDamping;
  }
  const frequencies = gram.map((row, item) => row[item]!);
  const mean = frequencies.reduce((sum, value) => sum + value, 0) / ITEMS;
  for (const [item, row] of gram.entries())
    row[item]! += config.reg * (frequencies[item]! / mean) ** config.regExponent;
  const inverse = invert(gram);
  return inverse.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / inverse[j]![j]!)));
}

/** Gauss-Jordan elimination. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const work = matrix.map((row, at) => [...row, ...row.map((_, column) => Number(at === column))]);
  for (const [pivot, row] of work.entries()) {
    const scale = 1 / row[pivot]!;
    for (const column of row.keys()) row[column]! *= scale;
    for (const other of work) {
      if (other === row) continue;
      const factor = other[pivot]!;
      for (const column of row.keys()) other[column]! -= factor * row[column]!;
    }
  }
  return work.map((row) => row.slice(matrix.length));
}
