import { beforeAll, expect, test } from "vitest";
import { PlatformError, Random } from "#base";
import { input } from "../graph/expression.ts";
import { Network } from "../graph/network.ts";
import { add, mul, relu } from "../ops/elementwise.ts";
import { asRows } from "../ops/layout.ts";
import { fullSoftmaxLoss } from "../ops/loss.ts";
import { affine } from "../ops/product.ts";
import { total } from "../ops/reduction.ts";
import { gather } from "../ops/selection.ts";
import { adamWDefaults } from "./adam-w.ts";
import { distinctRows } from "./row-table.ts";
import { type TrainingData, type TrainingEvent, type TrainingPlan, train } from "./train.ts";
import { type Batch, Trainer, type TrainerOptions } from "./trainer.ts";

/**
 * @file Laws: the same seed gives the same weights to the last bit, also when interrupted and resumed anywhere; another seed
 * does not; rows that no batch needs do not move; a run reports what it does.
 */

const ITEMS = 50;
const SIZE = 8;
const options: TrainerOptions = {
  seed: 11,
  schedule: { peak: 0.02, warmUpSteps: 3, decay: "cosine", totalSteps: 12 },
  adamW: { ...adamWDefaults, weightDecay: 0.01 },
  maxGradientNorm: 1,
};

/** Predicts an item from two others: a large table by rows, dropout, a dense layer, a small table for the softmax. */
function network() {
  const described = new Network({ isTraining: true });
  const pairs = gather(
    described.rowTable("large", [1000, SIZE], { kind: "normal", deviation: 0.5 }),
    input("pairs", ["B", 2], "int32"),
  );
  const weight = described.parameter("weight", [SIZE, SIZE], { kind: "normal", deviation: 0.3 });
  const bias = described.parameter("bias", [SIZE], { kind: "constant", value: 0 });
  const inner = described.dropout(relu(affine(pairs, weight, bias)), 0.3);
  const loss = fullSoftmaxLoss({
    hidden: asRows(inner),
    table: described.parameter("small", [ITEMS, SIZE], { kind: "normal", deviation: 0.3 }),
    targets: input("targets", ["B*2"], "int32"),
    weights: input("weights", ["B*2"]),
  });
  return { network: described, loss };
}

const data: TrainingData = {
  batchesPerEpoch: 4,
  batch(epoch, position): Batch {
    const random = Random.of(epoch, `batch ${position}`);
    const B = 16 + random.integer(8);
    const ids = Int32Array.from({ length: B * 2 }, () => random.integer(ITEMS));
    const { rows, positions } = distinctRows(ids.map((id) => 2 * id));
    return {
      inputs: {
        pairs: { shape: [B, 2], values: positions },
        targets: { shape: [B * 2], values: ids },
        weights: { shape: [B * 2], values: new Float32Array(B * 2).fill(1 / (2 * B)) },
      },
      sizes: { B },
      rows: { large: rows },
      tokens: B * 2,
    };
  },
};
const plan: TrainingPlan = { data, epochs: 3 };

let uninterrupted: Trainer;
const events: TrainingEvent[] = [];
beforeAll(async () => {
  uninterrupted = await started(options);
  await train(uninterrupted, { ...plan, listen: (event) => events.push(event) });
});

test("the same seed gives the same weights to the last bit, and another seed others", async () => {
  const again = await started(options);
  expect(await train(again, plan)).toBe("finished");
  expect(again.weights).toEqual(uninterrupted.weights);
  const other = await started({ ...options, seed: 12 });
  await train(other, plan);
  expect(other.weights["weight"]).not.toEqual(again.weights["weight"]);
});

test.each([1, 4, 7])(
  "a run interrupted after step %i and resumed from its checkpoint ends the same",
  async (steps) => {
    const first = await started(options);
    const interruption = new AbortController();
    const listen = ({ step }: TrainingEvent) => void (step === steps && interruption.abort());
    expect(await train(first, { ...plan, listen, abort: interruption.signal })).toBe("aborted");
    expect(first.step).toBe(steps);
    const resumed = await started(options);
    resumed.restore(first.checkpoint());
    expect(await train(resumed, plan)).toBe("finished");
    expect(resumed.weights).toEqual(uninterrupted.weights);
    expect(resumed.checkpoint()).toEqual(uninterrupted.checkpoint());
  },
);

test("a run tells its epochs, steps, falling loss, speed and the time that is left", () => {
  expect(events.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  expect(events.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(events.at(-1)!.loss).toBeLessThan(events[3]!.loss);
  expect(events.every(({ tokensPerSecond, totalSteps }) => tokensPerSecond > 0 && totalSteps === 12)).toBe(
    true,
  );
  expect(events[0]!.remainingMs).toBeGreaterThan(0);
  expect(events.at(-1)!.remainingMs).toBe(0);
});

test("a run that is told to stop after an epoch takes no further step", async () => {
  const trainer = await started(options);
  const outcome = await train(trainer, {
    ...plan,
    afterEpoch: async (epoch) => (epoch === 2 ? "stop" : "continue"),
  });
  expect([outcome, trainer.step]).toEqual(["stopped", 8]);
});

test("a run that diverges says so instead of going on", async () => {
  const schedule = { ...options.schedule, peak: 1e30, warmUpSteps: 0 };
  const trainer = await started({ ...options, schedule });
  await expect(train(trainer, plan)).rejects.toThrow(/The loss became .* at step 2; lower the learning rate/);
});

test("only rows that a batch brought along have moved", async () => {
  const before = (await started(options)).weights["large"]!.values;
  const after = uninterrupted.weights["large"]!.values;
  const moved = new Set<number>();
  for (const [at, value] of after.entries()) if (value !== before[at]) moved.add(Math.floor(at / SIZE));
  expect(moved.size).toBeGreaterThan(ITEMS / 2);
  expect([...moved].every((row) => row % 2 === 0 && row < 2 * ITEMS)).toBe(true);
});

test("a checkpoint of another seed or network is refused, and damaged bytes are", async () => {
  const trainer = await started({ ...options, seed: 12 });
  expect(() => trainer.restore(uninterrupted.checkpoint())).toThrow(PlatformError);
  expect(() => uninterrupted.restore(Uint8Array.of(1, 2, 3))).toThrow(PlatformError);
  const described = new Network({ isTraining: true });
  const x = described.parameter("weight", [3], { kind: "constant", value: 1 });
  const small = await Trainer.create(described, total(mul(x, x)), options);
  expect(() => small.restore(uninterrupted.checkpoint())).toThrow('without "weight.weight" of 3 values');
});

test("gradients that are too long together are shortened, and a sum of squares goes to its minimum", async () => {
  const described = new Network({ isTraining: true });
  const x = described.parameter("x", [2], { kind: "constant", value: 1 });
  const shifted = add(x, input("shift", [2]));
  const trainer = await Trainer.create(described, total(mul(shifted, shifted)), {
    ...options,
    schedule: { peak: 0.1, warmUpSteps: 0, decay: "linear", totalSteps: 200 },
    adamW: adamWDefaults,
  });
  const inputs = { shift: { shape: [2], values: Float32Array.of(-3, 0.5) } };
  for (let step = 0; step < 200; step++) await trainer.learn({ inputs, sizes: {}, tokens: 1 });
  const [left, right] = trainer.weights["x"]!.values as Float32Array;
  expect(left).toBeCloseTo(3, 3);
  expect(right).toBeCloseTo(-0.5, 3);
});

function started(with_: TrainerOptions): Promise<Trainer> {
  const { network: described, loss } = network();
  return Trainer.create(described, loss, with_);
}

test("the running average of the weights is that of the naive sum, and goes through a checkpoint", async () => {
  const averaging = { ...options, averageKept: 0.5 };
  const trainer = await started(averaging);
  const expected = Float64Array.from(trainer.weights["weight"]!.values as Float32Array);
  for (const step of [1, 2, 3, 4, 5]) {
    await trainer.learn(data.batch(0, step % 4));
    const kept = Math.min(0.5, step / (step + 9));
    for (const at of expected.keys())
      expected[at] = kept * expected[at]! + (1 - kept) * Number(trainer.weights["weight"]!.values[at]);
  }
  const averaged = trainer.averagedWeights["weight"]!.values;
  for (const [at, value] of expected.entries()) expect(averaged[at]).toBeCloseTo(value, 5);
  const resumed = await started(averaging);
  resumed.restore(trainer.checkpoint());
  expect(resumed.averagedWeights).toEqual(trainer.averagedWeights);
  expect(trainer.averagedWeights["large"]).toEqual(trainer.weights["large"]);
});
