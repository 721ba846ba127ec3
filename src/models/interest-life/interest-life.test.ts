import { expect, test } from "vitest";
import { Random } from "#base";
import { InterestLife, type InterestLifeRates, interestStages } from "./interest-life.ts";

const rates: InterestLifeRates = {
  ...{ presentAtFirst: 0, birth: 0.02, settling: 1 / 14, fading: 1 / 40, revival: 0.01, lasting: 0.3 },
  ...{ growthHalfLife: 6, fadeHalfLife: 4, chance: 0.01, concentration: 30 },
};

/** An interest drawn from the chain itself: engagements among ten a day, and the stage of each day. */
function draw(random: Random): { counts: number[]; totals: number[]; stages: string[] } {
  const counts: number[] = [];
  const stages: string[] = [];
  let [stage, age, level, lasts] = ["unborn", 0, 0, false];
  for (let day = 0; day < 80; day++) {
    if (day > 0) {
      if (stage === "unborn" && random.chance(rates.birth)) [stage, age] = ["new", -1];
      age++;
      if (stage === "new" && age === 7) stage = "growing";
      else if (stage === "growing" && random.chance(1 - Math.exp(-rates.settling))) {
        stage = "habit";
        lasts = random.chance(rates.lasting);
      } else if (stage === "habit" && !lasts && random.chance(1 - Math.exp(-rates.fading))) stage = "fading";
      else if (stage === "fading" && random.chance(1 - Math.exp(-rates.revival))) stage = "growing";
    }
    if (stage === "new") level = 1 - 2 ** (-(age + 0.5) / 6);
    else if (stage === "fading") level *= 2 ** (-1 / 4);
    else if (stage !== "unborn") level = 1 - (1 - level) * 2 ** (-1 / 6);
    const part = rates.chance + 0.45 * (stage === "unborn" ? 0 : level);
    counts.push(
      Array.from({ length: 10 }, () => Number(random.chance(part))).reduce((sum, one) => sum + one, 0),
    );
    stages.push(stage);
  }
  return { counts, totals: counts.map(() => 10), stages };
}

test("of interests drawn from the chain the probabilities are those that come true, and the likeliest stage is mostly right", () => {
  const random = new Random(4);
  const life = new InterestLife(rates);
  const bins = Array.from({ length: 5 }, () => ({ said: 0, was: 0, count: 0 }));
  let [right, asked] = [0, 0];
  for (let n = 0; n < 150; n++) {
    const { counts, totals, stages } = draw(random);
    life.walk(counts, totals, (day, probabilities) => {
      if (stages[day] === "unborn" || day % 10 !== 9) return;
      asked++;
      const likeliest = probabilities.indexOf(Math.max(...probabilities));
      right += Number(interestStages[likeliest] === stages[day]);
      for (const [stage, probability] of probabilities.entries()) {
        const bin = bins[Math.min(4, Math.floor(5 * probability))]!;
        bin.said += probability;
        bin.was += Number(interestStages[stage] === stages[day]);
        bin.count++;
      }
    });
  }
  expect(right / asked).toBeGreaterThan(0.7);
  for (const { said, was, count } of bins) expect(Math.abs(said - was) / count).toBeLessThan(0.1);
});

test("the likelihood of the same days is highest near the rates they were drawn with", () => {
  const random = new Random(9);
  const drawn = Array.from({ length: 60 }, () => draw(random));
  const likelihood = (changed: Partial<InterestLifeRates>): number => {
    const life = new InterestLife({ ...rates, ...changed }, { shares: [0.45] });
    return drawn.reduce((sum, { counts, totals }) => sum + life.walk(counts, totals), 0);
  };
  const own = likelihood({});
  expect(own).toBeGreaterThan(likelihood({ fadeHalfLife: 30 }));
  expect(own).toBeGreaterThan(likelihood({ growthHalfLife: 40 }));
  expect(own).toBeGreaterThan(likelihood({ chance: 0.2 }));
});

test("days on which nothing was done say nothing", () => {
  const life = new InterestLife({ ...rates, presentAtFirst: 1, fading: 1e-9, revival: 1e-9, lasting: 1 });
  const quiet = life.walk([3, 0, 0, 0, 4], [10, 0, 0, 0, 10]);
  expect(quiet).toBeGreaterThan(life.walk([3, 0, 0, 0, 4], [10, 10, 10, 10, 10]));
  expect(life.walk([], [])).toBeCloseTo(0, 12);
});
