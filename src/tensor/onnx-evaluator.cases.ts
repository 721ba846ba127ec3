import { assert } from "#base";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./onnx-file.ts";

/**
 * @file The oracle of the engine's tests: runs an ONNX graph one number at a time in double precision, slowly and plainly. It
 * knows the operators that `ops/` emits, and reads the very graph that ONNX Runtime is given.
 */

/** Row-major values; all types are held as doubles. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The graph's outputs by name. */
export function evaluate(graph: OnnxGraph, inputs: Readonly<Record<string, Values>>): Record<string, Values> {
  const known = new Map<string, Values>(Object.entries(inputs));
  for (const tensor of graph.initializers ?? []) known.set(tensor.name, read(tensor));
  for (const node of graph.nodes) {
    const kernel = kernels[node.op];
    assert(kernel, `the oracle knows the operator ${node.op}`);
    const operands = node.inputs.map((name) => {
      const value = known.get(name);
      assert(value, `${name} is computed before ${node.op} needs it`);
      return value;
    });
    const results = kernel(operands, node);
    for (const [position, name] of node.outputs.entries()) known.set(name, results[position]!);
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, known.get(name)!]));
}

export function valuesOf(shape: readonly number[], data: Iterable<number>): Values {
  const values = { shape, data: Float64Array.from(data) };
  assert(count(shape) === values.data.length, "values fill their shape");
  return values;
}

type Kernel = (operands: readonly Values[], node: OnnxNode) => readonly Values[];

const kernels: Readonly<Record<string, Kernel>> = {
  Identity: ([x]) => [x!],
  Cast: ([x]) => [x!],
  Add: elementwise((x, y) => x + y),
  Sub: elementwise((x, y) => x - y),
  Mul: elementwise((x, y) => x * y),
  Div: elementwise((x, y) => x / y),
  Max: elementwise(Math.max),
  Neg: each((x) => -x),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sqrt: each(Math.sqrt),
  Reciprocal: each((x) => 1 / x),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Tanh: each(Math.tanh),
  Erf: each(erf),
  Softplus: each((x) => Math.log1p(Math.exp(x))),
  Relu: each((x) => Math.max(0, x)),
  Sign: each(Math.sign),
  MatMul: ([x, y]) => [matrixProduct(x!, y!)],
  Transpose: ([x], node) => [transposition(x!, listOf(node, "perm"))],
  Reshape: ([x, target]) => {
    const shape = [...target!.data].map((size, axis) => (size === 0 ? x!.shape[axis]! : size));
    const rest = x!.data.length / count(shape.filter((size) => size !== -1));
    return [{ shape: shape.map((size) => (size === -1 ? rest : size)), data: x!.data }];
  },
  Unsqueeze: ([x, axes]) => {
    const shape = [...x!.shape];
    shape.splice(axes!.data[0]!, 0, 1);
    return [{ shape, data: x!.data }];
  },
  Shape: ([x], node) => {
    const sizes = x!.shape.slice(numberOf(node, "start", 0), numberOf(node, "end", x!.shape.length));
    return [valuesOf([sizes.length], sizes)];
  },
  ConstantOfShape: ([sizes]) => [generate([...sizes!.data], () => 0)],
  Expand: ([x, sizes]) => {
    const zeros = generate([...sizes!.data], () => 0);
    return elementwise((left, right) => left + right)([x!, zeros], { op: "Add", inputs: [], outputs: [] });
  },
  Trilu: ([x, k], node) => {
    const isUpper = numberOf(node, "upper", 1) === 1;
    const shift = k!.data[0]!;
    const keeps = (row: number, column: number) => (isUpper ? column - row >= shift : column - row <= shift);
    return [generate(x!.shape, (at) => (keeps(at.at(-2)!, at.at(-1)!) ? x!.data[offset(x!, at)]! : 0))];
  },
  ReduceSum: ([x, axes], node) => [
    reduction(x!, axes && [...axes.data], numberOf(node, "keepdims", 1) === 1),
  ],
  ReduceMax: ([x, axes]) => [greatest(x!, axes!.data[0]!)],
  Softmax: ([x]) => [
    perRow(x!, (row) => {
      const largest = Math.max(...row);
      const powers = row.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((left, right) => left + right, 0);
      return powers.map((power) => power / sum);
    }),
  ],
  LayerNormalization: ([x, gain, shift], node) =>
    normalization(x!, gain!, shift!, numberOf(node, "epsilon", 0)),
  Concat: (parts, node) => {
    const axis = numberOf(node, "axis", 0);
    return [concatenation(parts, axis < 0 ? parts[0]!.shape.length + axis : axis)];
  },
  Split: ([x, widths]) => {
    let start = 0;
    return [...widths!.data].map((width) => {
      const from = start;
      start += width;
      return generate([...x!.shape.slice(0, -1), width], (at) => {
        return x!.data[offset(x!, [...at.slice(0, -1), from + at.at(-1)!])]!;
      });
    });
  },
  Slice: ([x, _start, end]) => [
    generate([end!.data[0]!, ...x!.shape.slice(1)], (at) => x!.data[offset(x!, at)]!),
  ],
  Pad: ([x, pads]) => {
    const shape = x!.shape.map((size, axis) => size + pads!.data[x!.shape.length + axis]!);
    return [
      generate(shape, (at) => (at.every((p, axis) => p < x!.shape[axis]!) ? x!.data[offset(x!, at)]! : 0)),
    ];
  },
  Gather: ([table, positions]) => [
    generate([...positions!.shape, table!.shape[1]!], (at) => {
      const row = positions!.data[offset(positions!, at.slice(0, -1))]!;
      return table!.data[row * table!.shape[1]! + at.at(-1)!]!;
    }),
  ],
  GatherElements: ([x, positions]) => [
    generate(
      positions!.shape,
      (at) => x!.data[offset(x!, [at[0]!, positions!.data[offset(positions!, at)]!])]!,
    ),
  ],
  ScatterElements: ([x, positions, updates]) => {
    const data = x!.data.slice();
    visit(positions!.shape, (at) => {
      const here = offset(positions!, at);
      data[offset(x!, [positions!.data[here]!, at[1]!])]! += updates!.data[here]!;
    });
    return [{ shape: x!.shape, data }];
  },
  ScatterND: ([x, rows, updates]) => {
    const data = x!.data.slice();
    const width = x!.shape[1]!;
    for (const [from, row] of rows!.data.entries())
      data.set(updates!.data.subarray(from * width, (from + 1) * width), row * width);
    return [{ shape: x!.shape, data }];
  },
};

function elementwise(combine: (x: number, y: number) => number): Kernel {
  return ([x, y]) => {
    const rank = Math.max(x!.shape.length, y!.shape.length);
    const sizeAt = (value: Values, axis: number) => value.shape[value.shape.length - rank + axis] ?? 1;
    const shape = Array.from({ length: rank }, (_, axis) => {
      return sizeAt(x!, axis) === 1 ? sizeAt(y!, axis) : sizeAt(x!, axis);
    });
    const pickFrom = (value: Values, at: readonly number[]) => {
      const own = at.slice(rank - value.shape.length);
      return value.data[
        offset(
          value,
          own.map((position, axis) => (value.shape[axis] === 1 ? 0 : position)),
        )
      ]!;
    };
    return [generate(shape, (at) => combine(pickFrom(x!, at), pickFrom(y!, at)))];
  };
}

function each(change: (x: number) => number): Kernel {
  return ([x]) => [{ shape: x!.shape, data: x!.data.map((value) => change(value)) }];
}

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, by its power series. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function matrixProduct(x: Values, y: Values): Values {
  const inner = x.shape.at(-1)!;
  return generate([...x.shape.slice(0, -1), y.shape.at(-1)!], (at) => {
    const outerY = y.shape.length === 2 ? [] : at.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += x.data[offset(x, [...at.slice(0, -1), k])]! * y.data[offset(y, [...outerY, k, at.at(-1)!])]!;
    return sum;
  });
}

function transposition(x: Values, order: readonly number[]): Values {
  const shape = order.map((axis) => x.shape[axis]!);
  return generate(
    shape,
    (at) =>
      x.data[
        offset(
          x,
          order.map((_, axis) => at[order.indexOf(axis)]!),
        )
      ]!,
  );
}

function reduction(x: Values, axes: readonly number[] | undefined, keepsAxes: boolean): Values {
  const gone = new Set(axes ?? x.shape.keys());
  const kept = { shape: x.shape.map((size, axis) => (gone.has(axis) ? 1 : size)) };
  const data = new Float64Array(count(kept.shape));
  visit(x.shape, (at) => {
    data[
      offset(
        kept,
        at.map((position, axis) => (gone.has(axis) ? 0 : position)),
      )
    ]! += x.data[offset(x, at)]!;
  });
  return { shape: keepsAxes ? kept.shape : kept.shape.filter((_, axis) => !gone.has(axis)), data };
}

/** Along one axis, which keeps a size of 1. */
function greatest(x: Values, along: number): Values {
  const kept = { shape: x.shape.map((size, axis) => (axis === along ? 1 : size)) };
  const data = new Float64Array(count(kept.shape)).fill(Number.NEGATIVE_INFINITY);
  visit(x.shape, (at) => {
    const to = offset(
      kept,
      at.map((position, axis) => (axis === along ? 0 : position)),
    );
    data[to] = Math.max(data[to]!, x.data[offset(x, at)]!);
  });
  return { shape: kept.shape, data };
}

function normalization(x: Values, gain: Values, shift: Values, epsilon: number): readonly Values[] {
  const size = x.shape.at(-1)!;
  const centers: number[] = [];
  const inverses: number[] = [];
  const y = perRow(x, (row) => {
    const center = row.reduce((sum, value) => sum + value, 0) / size;
    const variance = row.reduce((sum, value) => sum + (value - center) ** 2, 0) / size;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    centers.push(center);
    inverses.push(inverse);
    return row.map((value, column) => (value - center) * inverse * gain.data[column]! + shift.data[column]!);
  });
  const perRowShape = [...x.shape.slice(0, -1), 1];
  return [y, valuesOf(perRowShape, centers), valuesOf(perRowShape, inverses)];
}

function concatenation(parts: readonly Values[], axis: number): Values {
  const shape = [...parts[0]!.shape];
  shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return generate(shape, (at) => {
    let position = at[axis]!;
    const part = parts.find((candidate) => {
      if (position < candidate.shape[axis]!) return true;
      position -= candidate.shape[axis]!;
      return false;
    })!;
    return part.data[
      offset(
        part,
        at.map((own, other) => (other === axis ? position : own)),
      )
    ]!;
  });
}

function perRow(x: Values, change: (row: readonly number[]) => readonly number[]): Values {
  const size = x.shape.at(-1)!;
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += size)
    data.set(change([...x.data.subarray(start, start + size)]), start);
  return { shape: x.shape, data };
}

function generate(shape: readonly number[], valueAt: (at: readonly number[]) => number): Values {
  const data = new Float64Array(count(shape));
  let next = 0;
  visit(shape, (at) => {
    data[next++] = valueAt(at);
  });
  return { shape, data };
}

/** Every place of a shape, the last axis fastest. */
function visit(shape: readonly number[], see: (at: readonly number[]) => void): void {
  const at = shape.map(() => 0);
  for (let left = count(shape); left > 0; left--) {
    see([...at]);
    for (let axis = at.length - 1; axis >= 0; axis--) {
      at[axis]! += 1;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
}

function offset({ shape }: { readonly shape: readonly number[] }, at: readonly number[]): number {
  return at.reduce((sum, position, axis) => sum * shape[axis]! + position, 0);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function numberOf(node: OnnxNode, name: string, fallback: number): number {
  const attribute = node.attributes?.[name];
  return attribute?.kind === "int" || attribute?.kind === "float" ? attribute.value : fallback;
}

function listOf(node: OnnxNode, name: string): readonly number[] {
  const attribute = node.attributes?.[name];
  assert(attribute?.kind === "ints", `${node.op} has the list ${name}`);
  return attribute.value;
}

function read({ type, shape, bytes }: OnnxTensor): Values {
  const { buffer } = bytes.slice();
  switch (type) {
    case "float32":
      return valuesOf(shape, new Float32Array(buffer));
    case "int32":
      return valuesOf(shape, new Int32Array(buffer));
    case "int64":
      return valuesOf(shape, Array.from(new BigInt64Array(buffer), Number));
    default:
      throw new Error(`broken assumption: the oracle reads constants of type ${type}`);
  }
}
