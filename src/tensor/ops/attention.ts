import { assert } from "#base";
import { constant, type Expression, operation, scalar, withGradient } from "../graph/expression.ts";
import { add, mul, scale, silu, sub } from "./elementwise.ts";
import { reshape, sizeAlong, transpose, transposed } from "./layout.ts";
import { softmax } from "./normalization.ts";
import { matmul } from "./product.ts";
import { sum, sumTo } from "./reduction.ts";

/**
 * @file Attention over the positions of a sequence. Everything here is causal when its bias or mask is, and a batch is padded
 * at the *end* of its sequences: no real position then sees padding, so nothing else needs to know of it.
 */

/** Query, key and value of shape (B, H, T, D/H), or (B, T, D) for one head. */
export interface AttentionInputs {
  readonly query: Expression;
  readonly key: Expression;
  readonly value: Expression;
  /** Added to the scores, of shape (T, T) or one that stretches to (B, H, T, T). */
  readonly bias: Expression;
  /** Factors for dropout, of the scores' shape. */
  readonly dropout?: Expression | undefined;
}

/**
 * softmax(Q K' / sqrt(D/H) + bias) V (Vaswani et al. 2017), of the query's shape.
 *
 * The gradient is that of FlashAttention (Dao et al. 2022, appendix B): the sum over keys that softmax's gradient needs,
 * rowsum(P * dP), equals rowsum(O * dO), which is D/H wide where the other is T wide; dropout does not change that.
 */
export function attention({ query, key, value, bias, dropout }: AttentionInputs): Expression {
  const factor = 1 / Math.sqrt(Number(query.shape.at(-1)));
  const scaled = scale(query, factor);
  const weights = softmax(add(matmul(scaled, transposed(key)), bias)); // (B, H, T, T)
  const dropped = dropout ? mul(weights, dropout) : weights;
  const output = matmul(dropped, value);
  return withGradient(output, [query, key, value, bias], (flow) => {
    const toDropped = matmul(flow, transposed(value));
    const toWeights = dropout ? mul(toDropped, dropout) : toDropped;
    const toScores = mul(weights, sub(toWeights, sum(mul(flow, output), -1)));
    return [
      scale(matmul(toScores, key), factor),
      matmul(transposed(toScores), scaled),
      matmul(transposed(dropped), flow),
      sumTo(toScores, bias),
    ];
  });
}

/** HSTU's pointwise attention, silu(Q K' + bias) * mask V (Zhai et al. 2024, section 3), of the query's shape. */
export function siluAttention(inputs: AttentionInputs & { readonly mask: Expression }): Expression {
  const { query, key, value, bias, mask, dropout } = inputs;
  const weights = mul(silu(add(matmul(query, transposed(key)), bias)), mask); // (B, H, T, T)
  return matmul(dropout ? mul(weights, dropout) : weights, value);
}

/** (T, T), T being the size of `axis` of `x`: 0 for this position and those before it, -1e9 for those after it. */
export function causalBias(x: Expression, axis: number): Expression {
  return triangle(x, axis, -1e9, { upper: 1, k: 1 });
}

/** (T, T), T being the size of `axis` of `x`: `value` for this position and those before it, 0 for those after it. */
export function causalMask(x: Expression, axis: number, value: number): Expression {
  return triangle(x, axis, value, { upper: 0, k: 0 });
}

/** (B, T, D) as (B, H, T, D/H). */
export function splitHeads(x: Expression, heads: number): Expression {
  const [batch, time, size] = x.shape;
  assert(Number(size) % heads === 0, `${size} is divided evenly among ${heads} heads`);
  return transpose(reshape(x, [batch!, time!, heads, Number(size) / heads]), [0, 2, 1, 3]);
}

/** Inverse of {@link splitHeads}. */
export function joinHeads(x: Expression): Expression {
  const [batch, heads, time, size] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch!, time!, Number(heads) * Number(size)]);
}

function triangle(
  x: Expression,
  axis: number,
  value: number,
  part: { readonly upper: 0 | 1; readonly k: number },
): Expression {
  const size = x.shape.at(axis)!;
  const length = sizeAlong(x, axis);
  const sides = operation({
    op: "Concat",
    inputs: [length, length],
    attributes: { axis: { kind: "int", value: 0 } },
    shape: [2],
  });
  const full = operation({ op: "Expand", inputs: [scalar(value), sides], shape: [size, size] });
  return operation({
    op: "Trilu",
    inputs: [full, constant([], BigInt64Array.of(BigInt(part.k)))],
    attributes: { upper: { kind: "int", value: part.upper } },
    shape: [size, size],
  });
}
