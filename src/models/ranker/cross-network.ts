import {
  add,
  affine,
  concatenate,
  constant,
  type Expression,
  type Initial,
  matmul,
  mul,
  type Network,
  relu,
  reshape,
  split,
  transposed,
} from "#tensor";
import { type Dense, denseOf } from "../sequence-encoder/blocks.ts";
import type { Columns } from "./columns.ts";

/** What is learned between what is read of candidates and what is said of them. */
interface Layers {
  /** (W) to (W) each. */
  readonly cross: readonly Dense[];
  readonly deep: Dense;
  /** From both, side by side, to the heads. */
  readonly heads: Dense;
}

export interface CrossConfig {
  readonly crossLayers: number;
  /** Of the deep layer. */
  readonly deepSize: number;
  readonly heads: number;
  readonly dropout: number;
  /** Where the heads start. */
  readonly bias: Initial;
}

/** What everything beyond the start begins as. */
const QUIET = 0.1;

/**
 * Logits, (G, C, H), of what is read of candidates: DCN-v2 (Wang et al. 2021) beside a deep layer. The network that learns computes them as published;
 * the one that answers with half the work, the same up to rounding: only what differs from candidate to candidate is computed for each.
 */
export function crossNetwork(network: Network, columns: Columns, config: CrossConfig): Expression {
  const { crossLayers, deepSize, heads, bias } = config;
  const W = columns.width;
  const layers = {
    cross: Array.from({ length: crossLayers }, (_, layer) => denseOf(network, `cross${layer}`, [W, W])),
    deep: denseOf(network, "deep", [W, deepSize]),
    heads: denseOf(network, "heads", [W + deepSize, heads], { gain: QUIET, bias }),
  };
  return network.isTraining
    ? learned(columns.together(), layers, (x) => network.dropout(x, config.dropout))
    : answered(columns, layers);
}

function learned(
  first: Expression,
  { cross, deep, heads }: Layers,
  dropout: (x: Expression) => Expression,
): Expression {
  let crossed = first;
  for (const { weight, bias } of cross) crossed = add(mul(first, affine(crossed, weight, bias)), crossed);
  const known = concatenate([crossed, relu(affine(first, deep.weight, deep.bias))]);
  return affine(dropout(known), heads.weight, heads.bias);
}

function answered(columns: Columns, { cross, deep, heads }: Layers): Expression {
  const W = columns.width;
  const [toCrossed, toDeep] = split(transposed(heads.weight), [W, widthOf(deep)]).map(transposed);
  const said = affine(relu(columns.affine(deep.weight, deep.bias)), toDeep!, heads.bias);
  const last = cross.at(-1);
  const crossed = crossedBy(columns, cross.slice(0, -1));
  const straight = add(said, matmul(crossed, toCrossed!));
  return last ? add(straight, lastProducts(columns, crossed, last, toCrossed!)) : straight;
}

/** What comes out of some layers, (G, C, W). */
function crossedBy(columns: Columns, layers: readonly Dense[]): Expression {
  const first = columns.together();
  const one = constant([1], Float32Array.of(1));
  return layers.reduce((crossed, { weight, bias }) => {
    if (crossed === first) return mul(first, columns.affine(weight, add(bias, one)));
    return add(mul(first, affine(crossed, weight, bias)), crossed);
  }, first);
}

/**
 * What the heads make of `first * (crossed W + b)`, (G, C, H). What of it is the same for all candidates the heads count alike for all, so that goes
 * into the weights: (W, shared) become (G, W, H).
 */
function lastProducts(
  columns: Columns,
  crossed: Expression,
  { weight, bias }: Dense,
  toHeads: Expression,
): Expression {
  const { own, shared } = columns;
  const biases = reshape(bias, [columns.width, 1]);
  const ownBias = reshape(own.rowsOf(biases), [own.width]);
  const ownProducts = mul(own.together(), affine(crossed, own.columnsOf(weight), ownBias));
  const counting = mul(shared.together(), transposed(shared.rowsOf(toHeads))); // (G, H, shared)
  return [
    matmul(ownProducts, own.rowsOf(toHeads)),
    matmul(crossed, transposed(matmul(counting, transposed(shared.columnsOf(weight))))),
    transposed(matmul(counting, shared.rowsOf(biases))), // (G, 1, H)
  ].reduce(add);
}

function widthOf({ bias }: Dense): number {
  return Number(bias.shape[0]);
}
