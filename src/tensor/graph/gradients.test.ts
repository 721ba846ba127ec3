import { expect, test } from "vitest";
import { evaluate, valuesOf } from "../onnx-evaluator.cases.ts";
import { mul, relu, sign } from "../ops/elementwise.ts";
import { total } from "../ops/reduction.ts";
import { type Expression, input, stopGradient } from "./expression.ts";
import { gradientsOf } from "./gradients.ts";
import { onnxGraph } from "./onnx-graph.ts";

const x = input("x", [2]);
const y = input("y", [2]);
const at = { x: valuesOf([2], [3, -5]), y: valuesOf([2], [7, 11]) };

test("a value used along several ways gets the sum of their gradients", () => {
  const square = mul(x, x);
  expect(gradientAt(mul(square, mul(square, y)))).toEqual([4 * 27 * 7, 4 * -125 * 11]);
});

test("no gradient flows through a value it is stopped at", () => {
  expect(gradientAt(mul(x, stopGradient(x)))).toEqual([3, -5]);
});

test("a gradient can itself be differentiated", () => {
  const [slope] = gradientsOf(total(mul(mul(x, x), x)), [x]);
  expect(gradientAt(slope!)).toEqual([6 * 3, 6 * -5]);
});

test("what has no gradient, no influence or no single value is refused", () => {
  expect(() => gradientsOf(total(mul(x, x)), [y])).toThrow("the loss depends on every parameter, also y");
  expect(() => gradientsOf(x, [x])).toThrow("a loss is a single number, not (2)");
  expect(() => gradientsOf(total(sign(x)), [x])).toThrow("has a gradient");
});

test("the same computation is written once, and what no output needs not at all", () => {
  relu(y);
  const { nodes, inputs } = onnxGraph("twice", { z: mul(relu(x), relu(x)) });
  expect(nodes.map(({ op }) => op)).toEqual(["Relu", "Mul", "Identity"]);
  expect(inputs).toEqual([{ name: "x", type: "float32", shape: [2] }]);
});

test("weights are part of the graph, and two inputs of one name are refused", () => {
  const product = mul(x, y);
  const graph = onnxGraph("weighted", { z: product }, { y: { shape: [2], values: Float32Array.of(7, 11) } });
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  expect([...evaluate(graph, { x: at.x })["z"]!.data]).toEqual([21, -55]);
  expect(() => onnxGraph("both", { z: mul(x, input("x", [1])) })).toThrow('one input is called "x"');
});

function gradientAt(value: Expression): number[] {
  const [gradient] = gradientsOf(total(value), [x]);
  return [...evaluate(onnxGraph("gradient", { gradient: gradient! }), at)["gradient"]!.data];
}
