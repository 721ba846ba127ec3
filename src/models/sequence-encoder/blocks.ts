import {
  add,
  affine,
  attention,
  causalBias,
  causalMask,
  constant,
  type Expression,
  firstRows,
  gather,
  type Initial,
  input,
  joinHeads,
  layerNorm,
  mul,
  type Network,
  relu,
  sigmoid,
  silu,
  siluAttention,
  split,
  splitHeads,
  transpose,
} from "#tensor";

import { SPAN_STEPS } from "./time-features.ts";

/**
 * @file The blocks a sequence encoder can be stacked from. Each maps (B, T, D) to (B, T, D), and position t of the result
 * depends on positions 0 to t only.
 */
export interface BlockConfig {
  /** D. */
  readonly embeddingSize: number;
  readonly heads: number;
  readonly dropout: number;
  /** Longest T. */
  readonly maxLength: number;
  /** `spans`: attention learns how much it counts how long ago something was. */
  readonly timeBias: "none" | "spans";
}

export type Block = (network: Network, name: string, x: Expression, config: BlockConfig) => Expression;

/**
 * The transformer block of SASRec (Kang and McAuley 2018), with the normalisation before each part rather than after it, as
 * everybody trains it today: x + attention(norm(x)), then x + relu(norm(x) W1 + b1) W2 + b2.
 */
export const sasrecBlock: Block = (network, name, x, config) => {
  const { embeddingSize, dropout } = config;
  const attended = selfAttention(network, `${name}.attention`, norm(network, `${name}.norm1`, x), config);
  const between = add(x, network.dropout(attended, dropout));
  const inner = dense(network, `${name}.inner`, norm(network, `${name}.norm2`, between), embeddingSize);
  const outer = dense(network, `${name}.outer`, network.dropout(relu(inner), dropout), embeddingSize);
  return add(between, network.dropout(outer, dropout));
};

/**
 * The block of LiGR (Borisyuk et al. 2025) as eSASRec uses it (Tikhonovich et al. 2025): each part's result is gated by a
 * sigmoid of the part's input, and the feed-forward part is SwiGLU with an inner size of 4 D.
 */
export const ligrBlock: Block = (network, name, x, config) => {
  const { embeddingSize, dropout } = config;
  const gate = (part: string, y: Expression) =>
    sigmoid(dense(network, `${name}.gate.${part}`, y, embeddingSize));
  const attended = selfAttention(network, `${name}.attention`, norm(network, `${name}.norm1`, x), config);
  const between = add(x, network.dropout(mul(attended, gate("attention", x)), dropout));
  const normed = norm(network, `${name}.norm2`, between);
  const [left, right] = split(dense(network, `${name}.inner`, normed, 8 * embeddingSize), [
    4 * embeddingSize,
    4 * embeddingSize,
  ]);
  const inner = network.dropout(mul(silu(left!), right!), dropout);
  const outer = dense(network, `${name}.outer`, inner, embeddingSize);
  return add(between, network.dropout(mul(outer, gate("feed-forward", between)), dropout));
};

/**
 * The block of HSTU (Zhai et al. 2024, section 3): one projection gives gate, value, query and key; attention weights are
 * silu(Q K' + bias) / maxLength without a softmax; the bias is learned per distance between positions.
 */
export const hstuBlock: Block = (network, name, x, config) => {
  const { embeddingSize: size, dropout, heads, maxLength } = config;
  const projected = silu(dense(network, `${name}.in`, norm(network, `${name}.norm1`, x), 4 * size));
  const [gate, ...parts] = split(projected, [size, size, size, size]);
  const [value, query, key] = parts.map((part) => splitHeads(part, heads)); // (B, H, T, D/H)
  const attended = siluAttention({
    query: query!,
    key: key!,
    value: value!,
    bias: plusSpans(network, name, x, distanceBias(network, `${name}.distance`, x, config), config),
    mask: causalMask(x, 1, 1 / maxLength),
  });
  const gated = mul(norm(network, `${name}.norm2`, joinHeads(attended)), gate!);
  return add(x, network.dropout(dense(network, `${name}.out`, gated, size), dropout));
};

const zero: Initial = { kind: "constant", value: 0 };

/** Of x W + b: W, (from, size), and b. */
export interface Dense {
  readonly weight: Expression;
  readonly bias: Expression;
}

interface DenseStart {
  readonly gain?: number;
  readonly bias?: Initial;
}

/** W starts as Glorot and Bengio 2010 have it, times `gain`, and b as `bias` says. */
export function denseOf(
  network: Network,
  name: string,
  [from, size]: readonly [from: number, size: number],
  { gain = 1, bias = zero }: DenseStart = {},
): Dense {
  const deviation = gain * Math.sqrt(2 / (from + size));
  const weight = network.parameter(`${name}.weight`, [from, size], { kind: "normal", deviation });
  return { weight, bias: network.parameter(`${name}.bias`, [size], bias) };
}

/** x W + b into `size` values, by weights of {@link denseOf}. */
export function dense(
  network: Network,
  name: string,
  x: Expression,
  size: number,
  start: DenseStart = {},
): Expression {
  const { weight, bias } = denseOf(network, name, [Number(x.shape.at(-1)), size], start);
  return affine(x, weight, bias);
}

export function norm(network: Network, name: string, x: Expression): Expression {
  const shape = [Number(x.shape.at(-1))];
  const gain = network.parameter(`${name}.gain`, shape, { kind: "constant", value: 1 });
  return layerNorm(x, gain, network.parameter(`${name}.shift`, shape, { kind: "constant", value: 0 }));
}

function selfAttention(network: Network, name: string, x: Expression, config: BlockConfig): Expression {
  const { embeddingSize: size, heads, dropout, timeBias } = config;
  const [batch, time] = x.shape;
  const parts = split(dense(network, `${name}.in`, x, 3 * size), [size, size, size]);
  const isSingle = heads === 1 && timeBias === "none"; // then there is nothing to rearrange
  const [query, key, value] = isSingle ? parts : parts.map((part) => splitHeads(part, heads));
  const scores = isSingle ? [batch!, time!, time!] : [batch!, heads, time!, time!];
  const attended = attention({
    query: query!,
    key: key!,
    value: value!,
    bias: plusSpans(network, name, x, causalBias(x, 1), config),
    dropout: network.dropoutFactors(scores, dropout),
  });
  return dense(network, `${name}.out`, isSingle ? attended : joinHeads(attended), size);
}

/** One learned number per head and distance between two positions: (H, T, T). */
function distanceBias(network: Network, name: string, x: Expression, config: BlockConfig): Expression {
  const { maxLength, heads } = config;
  const distances = new Int32Array(maxLength * maxLength);
  for (let row = 0; row < maxLength; row++)
    for (let column = 0; column < row; column++) distances[row * maxLength + column] = row - column;
  const all = constant([maxLength, maxLength], distances);
  const rows = firstRows(all, x, 1); // (T, maxLength)
  const square = transpose(firstRows(transpose(rows, [1, 0]), x, 1), [1, 0]); // (T, T)
  const table = network.parameter(name, [maxLength, heads], { kind: "normal", deviation: 0.02 });
  return transpose(gather(table, square), [2, 0, 1]);
}

/** `bias` plus one learned number per head and span between two engagements: (B, H, T, T). */
function plusSpans(
  network: Network,
  name: string,
  x: Expression,
  bias: Expression,
  { heads, timeBias }: BlockConfig,
): Expression {
  if (timeBias === "none") return bias;
  const [B, T] = x.shape;
  const table = network.parameter(`${name}.spans`, [SPAN_STEPS + 1, heads], {
    kind: "normal",
    deviation: 0.02,
  });
  const learned = gather(table, input("spans", [B!, T!, T!], "int32")); // (B, T, T, H)
  return add(transpose(learned, [0, 3, 1, 2]), bias);
}
