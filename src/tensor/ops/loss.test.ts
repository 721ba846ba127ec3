import { expect, test } from "vitest";
import { input } from "../graph/expression.ts";
import { onnxGraph } from "../graph/onnx-graph.ts";
import { evaluate, valuesOf } from "../onnx-evaluator.cases.ts";
import { binaryLoss, fullSoftmaxLoss, gbceBeta, gbceLoss, sampledSoftmaxLoss } from "./loss.ts";

/** @file Values worked out by hand; gradients are in `gradients.test.ts`. */

test("the full softmax of equal scores costs log V, and weights of zero cost nothing", () => {
  const loss = fullSoftmaxLoss({
    hidden: input("hidden", ["N", 2]),
    table: input("table", [5, 2]),
    targets: input("targets", ["N"], "int32"),
    weights: input("weights", ["N"]),
  });
  const values = {
    hidden: valuesOf([2, 2], [0, 0, 9, 9]),
    table: valuesOf([5, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    targets: valuesOf([2], [3, 0]),
    weights: valuesOf([2], [1, 0]),
  };
  expect(evaluate(onnxGraph("loss", { loss }), values)["loss"]!.data[0]).toBeCloseTo(Math.log(5), 12);
});

const scores = {
  positive: input("positive", ["N", 1]),
  negative: input("negative", ["N", 2]),
  weights: input("weights", ["N"]),
};
const values = {
  positive: valuesOf([1, 1], [1]),
  negative: valuesOf([1, 2], [0, 2]),
  weights: valuesOf([1], [1]),
};

test("an item drawn e times as often has its score lowered by one", () => {
  const [positiveLogQ, negativeLogQ] = [input("positiveLogQ", ["N", 1]), input("negativeLogQ", [2])];
  const loss = sampledSoftmaxLoss({ ...scores, positiveLogQ, negativeLogQ });
  const drawn = { positiveLogQ: valuesOf([1, 1], [-1]), negativeLogQ: valuesOf([2], [-2, 0]) };
  const { loss: cost } = evaluate(onnxGraph("loss", { loss }), { ...values, ...drawn });
  expect(cost!.data[0]).toBeCloseTo(Math.log(3), 12); // scores 2, 2 and 2
});

test("gBCE is binary cross-entropy with the positive part times beta", () => {
  const { loss } = evaluate(onnxGraph("loss", { loss: gbceLoss(scores, 0.25) }), values);
  const expected = 0.25 * Math.log1p(Math.exp(-1)) + Math.log(2) + Math.log1p(Math.exp(2));
  expect(loss!.data[0]).toBeCloseTo(expected, 12);
});

test("binary cross-entropy is finite however sure the answer, and a weight of 0 costs nothing", () => {
  const names = ["logits", "labels", "weights"] as const;
  const [logits, labels, weights] = names.map((name) => input(name, ["N"]));
  const given = {
    logits: valuesOf([4], [0, 30, -30, 5]),
    labels: valuesOf([4], [1, 1, 1, 0]),
    weights: valuesOf([4], [2, 1, 1, 0]),
  };
  const loss = binaryLoss({ logits: logits!, labels: labels!, weights: weights! });
  expect(evaluate(onnxGraph("loss", { loss }), given)["loss"]!.data[0]).toBeCloseTo(2 * Math.log(2) + 30, 9);
});

test("beta goes from 1 without calibration to the sampling rate with all of it", () => {
  expect(gbceBeta(256, 1025, 0)).toBe(1);
  expect(gbceBeta(256, 1025, 1)).toBeCloseTo(0.25, 12);
  expect(gbceBeta(256, 1025, 0.75)).toBeCloseTo(0.4375, 12); // 0.25 (0.75 (1 - 4) + 4)
});
