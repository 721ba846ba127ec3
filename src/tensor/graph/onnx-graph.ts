import { assert } from "#base";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../onnx-file.ts";
import type { NamedTensor } from "../safetensors.ts";
import type { ConstantValues, Expression, Operation } from "./expression.ts";
import { sameShape, textOf } from "./shape.ts";

/**
 * The ONNX graph that computes `outputs` by name. Only what an output needs is in it, and the same computation on the same
 * values is in it once. Inputs listed in `weights` become part of the graph instead of being asked for at every run.
 */
export function onnxGraph(
  name: string,
  outputs: Readonly<Record<string, Expression>>,
  weights: Readonly<Record<string, NamedTensor>> = {},
): OnnxGraph {
  const writer = new GraphWriter(weights);
  const described = Object.entries(outputs).map(([output, expression]) => {
    const { type, shape } = expression;
    writer.nodes.push({ op: "Identity", inputs: [writer.nameOf(expression)], outputs: [output] });
    return { name: output, type, shape };
  });
  const inputs = [...writer.inputs].map(([input, { type, shape }]) => ({ name: input, type, shape }));
  return { name, inputs, outputs: described, nodes: writer.nodes, initializers: writer.initializers };
}

/** Writes each value after those it is computed from. */
class GraphWriter {
  readonly inputs = new Map<string, Expression>();
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #names = new Map<Expression, string>();
  /** What is computed, in words -> the names of its results. */
  readonly #written = new Map<string, readonly string[]>();
  readonly #weights: Readonly<Record<string, NamedTensor>>;

  constructor(weights: Readonly<Record<string, NamedTensor>>) {
    this.#weights = weights;
  }

  nameOf(expression: Expression): string {
    const known = this.#names.get(expression);
    if (known !== undefined) return known;
    const name = this.#write(expression);
    this.#names.set(expression, name);
    return name;
  }

  #write(expression: Expression): string {
    const { source } = expression;
    switch (source.kind) {
      case "input":
        return this.#writeInput(expression, source.name);
      case "constant":
        return this.#writeConstant(expression, source.values);
      case "shortcut":
        return this.nameOf(source.to);
      case "result":
        return this.#writeOperation(source.of)[source.position]!;
    }
  }

  #writeInput(expression: Expression, name: string): string {
    const weight = this.#weights[name];
    if (weight) {
      assert(
        sameShape(expression.shape, weight.shape),
        `"${name}" has shape ${textOf(expression.shape)}, not ${textOf(weight.shape)}`,
      );
      if (this.#written.has(name)) return name;
      this.#written.set(name, [name]);
      this.initializers.push({
        name,
        type: expression.type,
        shape: weight.shape,
        bytes: bytesOf(weight.values),
      });
      return name;
    }
    const other = this.inputs.get(name);
    assert(other === undefined || sameShape(other.shape, expression.shape), `one input is called "${name}"`);
    this.inputs.set(name, expression);
    return name;
  }

  #writeConstant(expression: Expression, values: ConstantValues): string {
    const bytes = bytesOf(values);
    const { type } = expression;
    const shape = expression.shape.map(Number); // a constant's sizes are numbers
    const content = `${type} ${textOf(shape)} ${Buffer.from(bytes).toString("base64")}`;
    const known = this.#written.get(content);
    if (known) return known[0]!;
    const name = `constant.${this.initializers.length}`;
    this.initializers.push({ name, type, shape, bytes });
    this.#written.set(content, [name]);
    return name;
  }

  #writeOperation({ op, inputs, attributes, results }: Operation): readonly string[] {
    const operands = inputs.map((operand) => this.nameOf(operand));
    const content = JSON.stringify([op, operands, attributes]);
    const known = this.#written.get(content);
    if (known) return known;
    const outputs = results.map((_, position) => `${op}.${this.nodes.length}.${position}`);
    this.nodes.push({ op, inputs: operands, outputs, attributes });
    this.#written.set(content, outputs);
    return outputs;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
