import { assert } from "#base";
import type { OnnxAttribute, OnnxElementType } from "../onnx-file.ts";
import { type Shape, sizeOf, textOf } from "./shape.ts";

/**
 * @file Symbolic tensors. An expression is a value that will be known when the graph runs: its type and shape are known now,
 * and it remembers what it is computed from. Operators (`ops/`) are functions from expressions to expressions; each says in
 * one place which ONNX operator it is, what shape comes out, and how a gradient goes back through it, in terms of the same
 * operators. Nothing is recorded on the side: a graph is whatever its outputs reach, and what no output reaches costs nothing.
 */
export interface Expression {
  readonly type: OnnxElementType;
  readonly shape: Shape;
  readonly source: Source;
}

type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly values: ConstantValues }
  | { readonly kind: "result"; readonly of: Operation; readonly position: number }
  | { readonly kind: "shortcut"; readonly to: Expression; readonly of: Differentiable };

export type ConstantValues = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** What gradients flow through, from results to inputs. */
export interface Differentiable {
  readonly inputs: readonly Expression[];
  readonly results: readonly Expression[];
  /** One gradient for every input, of its shape; undefined where none flows. `flows` has one for every result. */
  readonly gradient?: Gradient | undefined;
}

type Gradient = (...flows: readonly (Expression | undefined)[]) => readonly (Expression | undefined)[];

/** One ONNX operator at work. */
export interface Operation extends Differentiable {
  readonly op: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A value given from outside at every run: a batch, or a learned parameter. Two inputs of a graph differ in name. */
export function input(name: string, shape: Shape, type: OnnxElementType = "float32"): Expression {
  return { type, shape: shape.map((size) => sizeOf([size])), source: { kind: "input", name } };
}

/** A value that is part of the graph. */
export function constant(shape: readonly number[], values: ConstantValues): Expression {
  assert(sizeOf(shape) === values.length, `a constant of shape ${textOf(shape)} has as many values`);
  return { type: typeOf(values), shape, source: { kind: "constant", values } };
}

/** A single number of type float32. */
export function scalar(value: number): Expression {
  return constant([], Float32Array.of(value));
}

/** A list of int64: how ONNX is told of axes, sizes and shapes. */
export function integers(values: readonly number[]): Expression {
  return constant([values.length], BigInt64Array.from(values, BigInt));
}

interface Definition {
  readonly op: string;
  readonly inputs: readonly Expression[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** Uses an ONNX operator with one result. `type` is that of the first input unless said. */
export function operation(
  definition: Definition & {
    readonly shape: Shape;
    readonly type?: OnnxElementType;
    readonly gradient?: (flow: Expression, result: Expression) => readonly (Expression | undefined)[];
  },
): Expression {
  const { shape, type = definition.inputs[0]!.type, gradient, ...rest } = definition;
  const [result] = operations({
    ...rest,
    results: [{ type, shape }],
    gradient: gradient && ((flow) => gradient(flow!, result!)), // called when a gradient has reached the only result
  });
  return result!;
}

/** Uses an ONNX operator with several results. */
export function operations(
  definition: Definition & {
    readonly results: readonly { readonly type: OnnxElementType; readonly shape: Shape }[];
    readonly gradient?: Gradient | undefined;
  },
): readonly Expression[] {
  const results: Expression[] = [];
  const { op, inputs, attributes = {}, gradient } = definition;
  const of: Operation = { op, inputs, attributes, results, gradient };
  for (const [position, { type, shape }] of definition.results.entries())
    results.push({ type, shape, source: { kind: "result", of, position } });
  return results;
}

/**
 * The same value with a gradient of its own, which goes straight to `inputs` past everything between: for compositions whose
 * gradient as a whole is cheaper or more accurate than the chain of its parts.
 */
export function withGradient(
  value: Expression,
  inputs: readonly Expression[],
  gradient: (flow: Expression) => readonly (Expression | undefined)[],
): Expression {
  const results: Expression[] = [];
  const of: Differentiable = { inputs, results, gradient: (flow) => gradient(flow!) };
  const result: Expression = {
    type: value.type,
    shape: value.shape,
    source: { kind: "shortcut", to: value, of },
  };
  results.push(result);
  return result;
}

/** The same value, through which no gradient flows. */
export function stopGradient(value: Expression): Expression {
  return withGradient(value, [], () => []);
}

function typeOf(values: ConstantValues): OnnxElementType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Int32Array) return "int32";
  return values instanceof BigInt64Array ? "int64" : "bool";
}
