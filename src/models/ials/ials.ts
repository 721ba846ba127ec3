import { PlatformError, type ProgressListener, type Random } from "#base";
import { type Matrix, matrixOf } from "#tensor";
import { checkConfig } from "../config.ts";
import type { Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { columnSums, engagementsOf, type SparseRows, transpose } from "../sparse-rows.ts";
import { turnToEigenbasis } from "./eigenbasis.ts";
import { FittedIals } from "./fitted-ials.ts";
import { type IalsConfig, ialsLimits, penaltyOf } from "./ials-config.ts";
import { RowSolver } from "./row-solver.ts";

/**
 * @file iALS: matrix factorisation of what people engaged with, all the rest counting as a weak "no" (Hu, Koren and
 * Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets", in the form of Rendle et al. 2021, "Revisiting
 * the Performance of iALS on Item Recommendation Benchmarks"). With c the weight of an engagement and w0 `unobservedWeight`
 *
 *     sum over engagements of c (p_u . h_i - 1)^2 + w0 * sum over all pairs of (p_u . h_i)^2 + penalties
 *
 * is minimised in turns: all people for fixed items, all items for fixed people. A penalty grows with the frequency of its
 * row, `reg * (n + w0 * N)^regExponent`. We differ in the solver: each half-pass turns to the eigenbasis of the fixed side's
 * Gram matrix, where the w0 term is diagonal, and then takes a few conjugate gradient steps per row from where the last
 * pass ended (after Takacs et al. 2011), so that a pass costs O(engagements * D) instead of O(rows * D^3).
 *
 * The people's vectors are dropped after training: {@link FittedIals} works them out from the history, exactly.
 */
export const ials: Model<IalsConfig> = {
  name: "ials",
  title: "A vector of taste per person and of appeal per item",
  defaults: {
    embeddingSize: 128,
    epochs: 16,
    reg: 0.02,
    regExponent: 1,
    unobservedWeight: 0.01,
    initStd: 0.1,
    solverSteps: 2,
  },

  async fit(data, config, { random, progress }) {
    checkConfig(ials.name, config, ialsLimits);
    const engagements = engagementsOf(data);
    if (engagements.columns.length === 0)
      throw new PlatformError("no-data", "ials has no engagement to learn from.");
    const items = await train(engagements, config, random, progress);
    const { eigenvalues, factors } = await turnToEigenbasis(items, matrixOf(0, config.embeddingSize));
    return new FittedIals(config, factors, Float32Array.from(eigenvalues), columnSums(engagements));
  },

  load(bytes) {
    const file = readModelFile(bytes, "ials", ialsLimits);
    const counts = file.floats("counts");
    const factors = matrixOf(counts.length, file.config.embeddingSize, file.floats("item_factors"));
    return new FittedIals(file.config, factors, file.floats("eigenvalues"), counts);
  },
};

/** Item vectors (items, D). People start at zero, items at random: the first half-pass places the people. */
async function train(
  users: SparseRows,
  config: IalsConfig,
  random: Random,
  progress: ProgressListener,
): Promise<Matrix> {
  const items = transpose(users);
  let people = matrixOf(users.rowCount, config.embeddingSize);
  let appeals = matrixOf(items.rowCount, config.embeddingSize);
  const std = config.initStd / Math.sqrt(config.embeddingSize);
  for (let position = 0; position < appeals.values.length; position++)
    appeals.values[position] = std * random.normal();
  for (let epoch = 0; epoch < config.epochs; epoch++) {
    progress({ stage: "epochs", done: epoch, total: config.epochs });
    ({ fixed: appeals, solved: people } = await solveSide(users, appeals, people, config));
    ({ fixed: people, solved: appeals } = await solveSide(items, people, appeals, config));
  }
  progress({ stage: "epochs", done: config.epochs, total: config.epochs });
  return appeals;
}

/** Improves every row of `sought` for the given `fixed` side; both come back turned to a new basis. */
async function solveSide(
  engagements: SparseRows,
  fixed: Matrix,
  sought: Matrix,
  config: IalsConfig,
): Promise<{ readonly fixed: Matrix; readonly solved: Matrix }> {
  const { eigenvalues, factors, others } = await turnToEigenbasis(fixed, sought);
  const solver = new RowSolver(config.embeddingSize);
  for (let row = 0; row < engagements.rowCount; row++) {
    const from = engagements.offsets[row]!;
    const to = engagements.offsets[row + 1]!;
    const own = others.values.subarray(row * others.columns, (row + 1) * others.columns);
    if (from === to) {
      own.fill(0);
      continue;
    }
    const weights = engagements.values.subarray(from, to);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const penalty = penaltyOf(config, total, engagements.columnCount);
    solver.setSystem(
      factors.values,
      engagements.columns.subarray(from, to),
      weights,
      (position) => config.unobservedWeight * eigenvalues[position]! + penalty,
    );
    solver.solveEngagements(own, weights, config.solverSteps, 0);
  }
  return { fixed: factors, solved: others };
}
