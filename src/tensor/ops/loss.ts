import { type Expression, operation, scalar, withGradient } from "../graph/expression.ts";
import { add, log, mul, neg, scale, sigmoid, softplus, sub } from "./elementwise.ts";
import { concatenate, split, transposed, unsqueeze } from "./layout.ts";
import { softmax } from "./normalization.ts";
import { matmul } from "./product.ts";
import { sum, total } from "./reduction.ts";
import { gather, pick, scatterRows } from "./selection.ts";

/**
 * @file What a sequence model minimises. All are weighted sums over N predictions: give weights of 1/N for a mean, and 0 to
 * what should not count. A probability is taken for no smaller than 1e-30, so a prediction costs 69 at most; gradients are
 * those of the unbounded loss.
 */

interface Predictions {
  /** What the model says, of shape (N, D). */
  readonly hidden: Expression;
  /** Of shape (N). */
  readonly weights: Expression;
}

/**
 * Cross-entropy of `targets`, rows (N) of `table` (V, D), under the softmax over all of its rows; `bias` (V, 1) is added to the
 * rows' scores.
 *
 * The gradient with respect to the N x V scores, p - 1[target], is never made: it only ever meets matrix products, and those
 * of its two terms are p times a matrix, and a gather or scatter of N rows.
 */
export function fullSoftmaxLoss({ hidden, weights, table, targets, bias }: FullSoftmax): Expression {
  const products = matmul(hidden, transposed(table));
  const p = softmax(bias ? add(products, transposed(bias)) : products); // (N, V)
  const column = unsqueeze(weights, -1);
  const cost = total(mul(logLoss(pick(p, targets)), column));
  return withGradient(cost, [hidden, table, ...(bias ? [bias] : [])], (flow) => {
    const scaled = mul(column, flow);
    const missed = (rows: Expression, like: Expression) =>
      sub(matmul(transposed(p), rows), scatterRows(like, targets, rows)); // (V, ...)
    return [
      mul(sub(matmul(p, table), gather(table, targets)), scaled),
      missed(mul(hidden, scaled), table),
      ...(bias ? [missed(scaled, bias)] : []),
    ];
  });
}

interface FullSoftmax extends Predictions {
  readonly table: Expression;
  readonly targets: Expression;
  readonly bias?: Expression;
}

/**
 * Cross-entropy of the first column of `scores`, (N, 1 + K): the target against K others, `weights` of shape (N).
 */
export function firstOfSoftmaxLoss(scores: Expression, weights: Expression): Expression {
  const p = softmax(scores);
  const others = Number(scores.shape[1]) - 1;
  const [first, rest] = split(p, [1, others]);
  const column = unsqueeze(weights, -1);
  return withGradient(total(mul(logLoss(first!), column)), [scores], (flow) => [
    mul(concatenate([sub(first!, scalar(1)), rest!]), mul(column, flow)),
  ]);
}

/** Scores against what was sampled; `positive` (N, 1) and `negative` (N, K) are scores of the target and of the others. */
interface SampledScores {
  readonly positive: Expression;
  readonly negative: Expression;
  /** Of shape (N). */
  readonly weights: Expression;
}

/**
 * Softmax over the target and K sampled others, each score lowered by the logarithm of how often its item is drawn (logQ; Yi
 * et al. 2019): sampling then favours nobody. `positiveLogQ` (N, 1); `negativeLogQ` stretches to (N, K), with a
 * large value where a sample is the target itself.
 */
export function sampledSoftmaxLoss(
  scores: SampledScores & { readonly positiveLogQ: Expression; readonly negativeLogQ: Expression },
): Expression {
  const { positive, negative, positiveLogQ, negativeLogQ, weights } = scores;
  return firstOfSoftmaxLoss(concatenate([sub(positive, positiveLogQ), sub(negative, negativeLogQ)]), weights);
}

/**
 * Binary cross-entropy whose positive probability is raised to the power `beta`, which undoes the overconfidence that sampling
 * K of V negatives causes (gBCE; Petrov and Macdonald 2023). {@link gbceBeta} gives beta.
 */
export function gbceLoss({ positive, negative, weights }: SampledScores, beta: number): Expression {
  const each = add(scale(softplus(neg(positive)), beta), sum(softplus(negative), -1)); // (N, 1)
  return total(mul(each, unsqueeze(weights, -1)));
}

/**
 * Binary cross-entropy of `labels`, each 0 or 1, under the sigmoid of `logits`; `weights` and all three of one shape. Its gradient is
 * what is said less what happened, however sure it was said.
 */
export function binaryLoss({ logits, labels, weights }: BinaryPredictions): Expression {
  const cost = total(mul(sub(softplus(logits), mul(logits, labels)), weights));
  return withGradient(cost, [logits], (flow) => [mul(mul(sub(sigmoid(logits), labels), weights), flow)]);
}

interface BinaryPredictions {
  readonly logits: Expression;
  readonly labels: Expression;
  readonly weights: Expression;
}

/** Beta for K negatives of `items - 1` and a calibration `t` from 0 (plain cross-entropy) to 1 (fully corrected). */
export function gbceBeta(negatives: number, items: number, t: number): number {
  const rate = negatives / (items - 1);
  return rate * (t * (1 - 1 / rate) + 1 / rate);
}

/** -log p, for p of at least 1e-30. */
function logLoss(p: Expression): Expression {
  return neg(log(operation({ op: "Max", inputs: [p, scalar(1e-30)], shape: p.shape })));
}
