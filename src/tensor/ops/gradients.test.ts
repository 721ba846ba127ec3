import { expect, test } from "vitest";
import { Random } from "#base";
import { constant, type Expression, input, stopGradient } from "../graph/expression.ts";
import { gradientsOf } from "../graph/gradients.ts";
import { onnxGraph } from "../graph/onnx-graph.ts";
import { fixedSize } from "../graph/shape.ts";
import { evaluate, type Values, valuesOf } from "../onnx-evaluator.cases.ts";
import type { OnnxElementType } from "../onnx-file.ts";
import { Program } from "../program.ts";
import type { NamedTensor } from "../safetensors.ts";
import * as attentionOperators from "./attention.ts";
import { attention, causalBias, causalMask, joinHeads, siluAttention, splitHeads } from "./attention.ts";
import * as elementwise from "./elementwise.ts";
import * as layout from "./layout.ts";
import { concatenate, firstRows, reshape, split, transpose, unsqueeze } from "./layout.ts";
import * as loss from "./loss.ts";
import { binaryLoss, firstOfSoftmaxLoss, fullSoftmaxLoss, gbceLoss, sampledSoftmaxLoss } from "./loss.ts";
import * as normalization from "./normalization.ts";
import { l2Normalize, layerNorm, softmax } from "./normalization.ts";
import * as pooling from "./pooling.ts";
import { largest } from "./pooling.ts";
import * as product from "./product.ts";
import { affine, matmul, matmulGiven } from "./product.ts";
import * as reduction from "./reduction.ts";
import { stretchLike, stretchOuterLike, sum, total } from "./reduction.ts";
import * as selection from "./selection.ts";
import { gather, gatherDistinct } from "./selection.ts";

/**
 * @file Laws, for every operator and composition: (1) its gradient, run in double precision, is the slope that central
 * differences find; (2) the shapes it declares are those that come out; (3) ONNX Runtime computes value and gradient as the
 * double-precision oracle does, up to the rounding of single precision.
 */

/** Sizes that stand for free dimensions; all different, so that no axis can pass for another. */
const sizes: Readonly<Record<string, number>> = { B: 2, T: 3, N: 4 };

type Build = (of: {
  /** A differentiable input of normal values. */
  x: (...shape: (number | string)[]) => Expression;
  /** Likewise, of positive values. */
  positive: (...shape: (number | string)[]) => Expression;
  /** An input that is not differentiated: positions below `bound`, all different while they last. */
  positions: (bound: number, ...shape: (number | string)[]) => Expression;
}) => Expression;

const { add, div, erf, exp, gelu, log, mul, neg, reciprocal, relu } = elementwise;
const { scale, sigmoid, silu, softplus, sqrt, sub, tanh } = elementwise;

const cases: Readonly<Record<string, Build>> = {
  add: ({ x }) => add(x("B", "T", 4), x("B", "T", 4)),
  "add, stretched both ways": ({ x }) => add(x("B", 1, 4), x("T", 1)),
  sub: ({ x }) => sub(x("T", 2), x(2)),
  mul: ({ x }) => mul(x("B", "T", 4), x("B", "T", 1)),
  "mul by itself": ({ x }) => {
    const twice = x(3);
    return mul(twice, twice);
  },
  div: ({ x, positive }) => div(x("T", 2), positive("T", 1)),
  neg: ({ x }) => neg(x(5)),
  exp: ({ x }) => exp(x(5)),
  log: ({ positive }) => log(positive(5)),
  sqrt: ({ positive }) => sqrt(positive(5)),
  reciprocal: ({ positive }) => reciprocal(positive(5)),
  sigmoid: ({ x }) => sigmoid(x(5)),
  tanh: ({ x }) => tanh(x(5)),
  erf: ({ x }) => erf(x(5)),
  softplus: ({ x }) => softplus(x(5)),
  relu: ({ x }) => relu(x("B", 5)),
  silu: ({ x }) => silu(x("B", 5)),
  gelu: ({ x }) => gelu(x("B", 5)),
  scale: ({ x }) => scale(x("B", 5), -3),
  matmul: ({ x }) => matmul(x(2, 3), x(3, 4)),
  "matmul of a batch by one matrix": ({ x }) => matmul(x("B", "T", 3), x(3, 4)),
  "matmul of two batches": ({ x }) => matmul(x("B", 2, "T", 3), x("B", 2, 3, 4)),
  matmulGiven: ({ x }) => matmulGiven(x("B", 2, "T"), stopGradient(x("T", 3))),
  affine: ({ x }) => affine(x("B", "T", 3), x(3, 4), x(4)),
  reshape: ({ x }) => reshape(x("B", "T", 4), ["B", "T", 2, 2]),
  "reshape to rows": ({ x }) => reshape(x("B", "T", 4), ["B*T", 4]),
  transpose: ({ x }) => transpose(x("B", "T", 4), [2, 0, 1]),
  unsqueeze: ({ x }) => unsqueeze(x("B", 3), 1),
  concatenate: ({ x }) => concatenate([x("B", 2), x("B", 1), x("B", 3)]),
  "split, one part unused": ({ x }) => {
    const [first, , last] = split(x("B", 6), [2, 1, 3]);
    return matmul(reshape(first!, ["B", 2]), matmul(x(2, 3), transpose(last!, [1, 0])));
  },
  firstRows: ({ x }) => firstRows(x(5, 2), x("B", "T"), 1),
  sum: ({ x }) => sum(x("B", "T", 4), 0, -1),
  total: ({ x }) => total(x("B", "T")),
  largest: ({ x }) => largest(x("B", "T", 4), 1),
  stretchLike: ({ x }) => stretchLike(x("T", 1), x("B", "T", 4)),
  stretchOuterLike: ({ x }) => stretchOuterLike(x("B", 1, 3), x("B", "T", 4)),
  softmax: ({ x }) => softmax(x("B", "T", 4)),
  layerNorm: ({ x }) => layerNorm(x("B", "T", 4), x(4), x(4)),
  l2Normalize: ({ x }) => l2Normalize(x("B", 4)),
  gather: ({ x, positions }) => gather(x(5, 3), positions(4, "B", "T")),
  gatherDistinct: ({ x, positions }) => gatherDistinct(x(5, 3), positions(5, "N")),
  "attention, causal": ({ x }) => {
    const [query, key, value] = [x("B", "T", 4), x("B", "T", 4), x("B", "T", 4)];
    return attention({ query, key, value, bias: causalBias(query, 1) });
  },
  "attention of two heads with a learned bias and dropout": ({ x, positive }) => {
    const heads = (y: Expression) => splitHeads(y, 2);
    const [query, key, value] = [x("B", "T", 4), x("B", "T", 4), x("B", "T", 4)].map(heads);
    const bias = add(x(2, "T", "T"), causalBias(query!, 2));
    const dropout = stopGradient(positive("B", 2, "T", "T"));
    return joinHeads(attention({ query: query!, key: key!, value: value!, bias, dropout }));
  },
  "attention of candidates to a history they share, part of it masked": ({ x }) => {
    const masked = constant([2, 1, 3], Float32Array.of(0, -1e9, 0, 0, 0, -1e9));
    const history = x(2, 3, 4);
    return attention({ query: x(2, "N", 4), key: history, value: history, bias: masked });
  },
  "attention within a history of its own for every candidate": ({ x }) => {
    const rows = x("B", "N", "T", 4);
    return attention({ query: rows, key: rows, value: rows, bias: x("B", 1, 1, "T") });
  },
  siluAttention: ({ x }) => {
    const [query, key, value] = [x("B", "T", 4), x("B", "T", 4), x("B", "T", 4)];
    return siluAttention({ query, key, value, bias: x("T", "T"), mask: causalMask(query, 1, 0.25) });
  },
  fullSoftmaxLoss: ({ x, positive, positions }) =>
    fullSoftmaxLoss({
      hidden: x("N", 3),
      table: x(6, 3),
      targets: positions(3, "N"),
      weights: stopGradient(positive("N")),
    }),
  "fullSoftmaxLoss with a bias": ({ x, positive, positions }) =>
    fullSoftmaxLoss({
      hidden: x("N", 3),
      table: x(6, 3),
      bias: x(6, 1),
      targets: positions(3, "N"),
      weights: stopGradient(positive("N")),
    }),
  binaryLoss: ({ x, positive }) =>
    binaryLoss({
      logits: x("N", 2),
      labels: stopGradient(positive("N", 2)),
      weights: stopGradient(positive("N", 2)),
    }),
  firstOfSoftmaxLoss: ({ x, positive }) => firstOfSoftmaxLoss(x("N", 5), stopGradient(positive("N"))),
  sampledSoftmaxLoss: ({ x, positive }) => {
    const weights = stopGradient(positive("N"));
    const [positiveLogQ, negativeLogQ] = [x("N", 1), x(4)];
    return sampledSoftmaxLoss({
      positive: x("N", 1),
      negative: x("N", 4),
      weights,
      positiveLogQ,
      negativeLogQ,
    });
  },
  gbceLoss: ({ x, positive }) => {
    return gbceLoss({ positive: x("N", 1), negative: x("N", 4), weights: stopGradient(positive("N")) }, 0.3);
  },
};

test.each(Object.keys(cases))("%s", async (name) => {
  const { outputs, wanted, values } = build(cases[name]!);
  const graph = onnxGraph("case", outputs);
  const exact = evaluate(graph, values);
  for (const { name: output, shape } of graph.outputs)
    expect(exact[output]!.shape, output).toEqual(shape.map(sizeAt));
  for (const input of wanted)
    expectClose(exact[`gradient.${input}`]!.data, slopes(outputs["loss"]!, values, input), 1e-6, input);
  const program = await Program.compile(graph, { threads: 1 });
  const results = await program.run(Object.fromEntries(graph.inputs.map(tensorIn(values))));
  for (const [output, { data }] of Object.entries(exact))
    expectClose(results[output]!.values as Float32Array, data, 2e-5, output);
});

/** Exports that have no gradient by design, or are nothing but operators of the table at work. */
const withoutCase = [
  ...["asRows", "causalBias", "causalMask", "gbceBeta", "joinHeads", "pick", "reshapeLike", "scatterRows"],
  ...["shapeOf", "sign", "sizeAlong", "splitHeads", "sumTo", "transposed", "zerosLike"],
];

test("every operator has a case", () => {
  const tested = new Set(Object.keys(cases).map((title) => /^\w+/.exec(title)![0]));
  const modules = [
    attentionOperators,
    elementwise,
    layout,
    loss,
    normalization,
    pooling,
    product,
    reduction,
    selection,
  ];
  const untested = modules.flatMap((module) => Object.keys(module)).filter((name) => !tested.has(name));
  expect(untested.sort()).toEqual(withoutCase);
});

/** A case as a loss: its result, every element weighted at random; with the gradients of the loss. */
function build(makeResult: Build) {
  const random = new Random(7);
  const values: Record<string, Values> = {};
  const inputs = new Map<string, Expression>();
  const declare = (
    kind: string,
    shape: readonly (number | string)[],
    type: OnnxElementType,
    draw: (at: number) => number,
  ) => {
    const name = `${kind}.${Object.keys(values).length}`;
    const fixed = shape.map(sizeAt);
    const size = fixed.reduce((product, length) => product * length, 1);
    values[name] = valuesOf(
      fixed,
      Array.from({ length: size }, (_, at) => Math.fround(draw(at))),
    );
    const expression = input(name, shape, type);
    if (type === "float32") inputs.set(name, expression);
    return expression;
  };
  const result = makeResult({
    x: (...shape) => declare("x", shape, "float32", () => random.normal()),
    positive: (...shape) => declare("positive", shape, "float32", () => 0.5 + random.uniform()),
    positions: (bound, ...shape) =>
      declare("positions", shape, "int32", (at) => (bound - 1 + 2 * at) % bound),
  });
  const weights = input("weights", result.shape);
  values["weights"] = valuesOf(
    result.shape.map(sizeAt),
    Array.from({ length: result.shape.map(sizeAt).reduce((product, length) => product * length, 1) }, () =>
      Math.fround(random.normal()),
    ),
  );
  const loss = total(mul(result, weights));
  const wanted = [...inputs.keys()].filter((name) => reaches(loss, inputs.get(name)!));
  const gradients = gradientsOf(
    loss,
    wanted.map((name) => inputs.get(name)!),
  );
  const outputs: Record<string, Expression> = { loss, result };
  for (const [position, name] of wanted.entries()) outputs[`gradient.${name}`] = gradients[position]!;
  return { outputs, wanted, values };
}

/** Whether a gradient can flow from `loss` to `to`. */
function reaches({ type, source }: Expression, to: Expression): boolean {
  if (type !== "float32" || source.kind === "input" || source.kind === "constant") return false;
  return source.of.inputs.some((operand) => operand === to || reaches(operand, to));
}

function slopes(loss: Expression, values: Readonly<Record<string, Values>>, name: string): Float64Array {
  const graph = onnxGraph("loss", { loss });
  const step = 1e-5;
  const { shape, data } = values[name]!;
  return data.map((_, at) => {
    const [up, down] = [step, -step].map((change) => {
      const moved = valuesOf(
        shape,
        data.map((value, position) => (position === at ? value + change : value)),
      );
      return evaluate(graph, { ...values, [name]: moved })["loss"]!.data[0]!;
    });
    return (up! - down!) / (2 * step);
  });
}

function tensorIn(values: Readonly<Record<string, Values>>) {
  return ({ name, type }: { name: string; type: OnnxElementType }): [string, NamedTensor] => {
    const { shape, data } = values[name]!;
    return [name, { shape, values: type === "int32" ? Int32Array.from(data) : Float32Array.from(data) }];
  };
}

function sizeAt(size: number | string): number {
  return fixedSize(size, sizes);
}

function expectClose(
  actual: ArrayLike<number>,
  expected: Float64Array,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (const [at, value] of expected.entries())
    expect(Math.abs(actual[at]! - value), `${what}[${at}]: ${actual[at]} for ${value}`).toBeLessThan(
      tolerance * largest,
    );
}
