import {
  add,
  constant,
  type Expression,
  exp,
  firstRows,
  gather,
  input,
  l2Normalize,
  matmul,
  mul,
  type Network,
  reshape,
  scale,
  sum,
} from "#tensor";
import { type Block, type BlockConfig, hstuBlock, ligrBlock, norm, sasrecBlock } from "./blocks.ts";

import { type StartConfig, withStartTokens } from "./start-token.ts";
import { type TimeEncoding, timeFeatureCount } from "./time-features.ts";

/** What the network of a sequence encoder looks like. */
export interface EncoderConfig extends BlockConfig {
  /** V: item rows are 0 .. items - 1. */
  readonly items: number;
  readonly blocks: number;
  readonly block: BlockKind;
  /** What a person is held against: the vectors items come in with, or vectors of their own. */
  readonly output: "tied" | "separate";
  /** `cosine`: people and items are compared by direction alone, times a learned factor (an inverse temperature). */
  readonly similarity: "dot" | "cosine";
  /** Codes of actions and of surfaces that are told apart; 0 where these are not read. */
  readonly actions: number;
  readonly surfaces: number;
  readonly time: TimeEncoding;
  /** How those come who have no history; absent where they are not told apart. */
  readonly start?: StartConfig | undefined;
  /** What the items are described by, which then is part of their vectors. While it learns: a fitted encoder has it in its table. */
  readonly content?: ContentBags | undefined;
  /** Share of items that learning knows by their description alone, at random at every step. */
  readonly idDropout: number;
}

/** The terms of each item, as many places for all, and its content vector. */
export interface ContentBags {
  /** V */
  readonly items: number;
  readonly termCount: number;
  /** M */
  readonly places: number;
  /** (V, M) positions in a vocabulary. */
  readonly terms: Int32Array;
  /** (V, M) how much each counts, 0 for none. */
  readonly shares: Float32Array;
  /** 0 when there are none. */
  readonly vectorSize: number;
  /** (V, size) zeros for an item without one. */
  readonly vectors: Float32Array;
}

export type BlockKind = (typeof blockNames)[number];
export const blockNames = ["sasrec", "ligr", "hstu"] as const;

const blockKinds: Readonly<Record<BlockKind, Block>> = {
  sasrec: sasrecBlock,
  ligr: ligrBlock,
  hstu: hstuBlock,
};

export const INPUT_TABLE = "items.embedding";
export const OUTPUT_TABLE = "items.output";
export const TERM_TABLE = "terms.embedding";
export const CONTENT_MATRIX = "content.weight";

interface Encoding {
  /** (B, T, D); the score of an item is its product with the item's vector. */
  readonly hidden: Expression;
  /** (V, D) what the vectors of items are made of. */
  readonly table: Expression;
  /** The vectors of items, (n, D), of their rows of `table`. */
  readonly vectorsOf: (rows: Expression) => Expression;
}

/**
 * Encodes sequences of engagements: input `items`, int32 of shape (B, T), oldest first and padded with any item at the *end*; of the
 * result, (B, T, D), position t stands for the person after item t. Position 0 is the oldest item of the window. Where the
 * config asks for them there are `actions` and `surfaces`, like `items` and 0 for unknown, `times` (B, T, features) and
 * `spans` (B, T, T); see `encoder-inputs.ts`.
 */
export function encodeItems(network: Network, config: EncoderConfig): Encoding {
  const { items, embeddingSize } = config;
  const table = itemTable(network, config);
  const hidden = encodeVectors(network, config, gather(table, input("items", ["B", "T"], "int32")));
  const isCosine = config.similarity === "cosine";
  return {
    hidden,
    table: config.output === "tied" ? table : network.parameter(OUTPUT_TABLE, [items, embeddingSize], small),
    vectorsOf: isCosine ? l2Normalize : (rows) => rows,
  };
}

/** As {@link encodeItems}, of the vectors that items come in as, (B, T, D), wherever they are from: what a fitted encoder runs. */
export function encodeVectors(network: Network, config: EncoderConfig, vectors: Expression): Expression {
  const { embeddingSize, maxLength, dropout, blocks, similarity } = config;
  const places = network.parameter("positions.embedding", [maxLength, embeddingSize], small);
  const scaled = scale(vectors, Math.sqrt(embeddingSize)); // as in Vaswani et al. 2017, section 3.4
  const tokens = [add(scaled, firstRows(places, vectors, 1)), ...circumstances(network, config)].reduce(add);
  let x = network.dropout(config.start ? withStartTokens(network, tokens, config.start) : tokens, dropout);
  for (let block = 0; block < blocks; block++)
    x = blockKinds[config.block](network, `block${block}`, x, config);
  const normed = norm(network, "norm", x);
  if (similarity === "dot") return normed;
  return mul(l2Normalize(normed), exp(network.parameter("sharpness", [1], sharp)));
}

/** What is added to an item for how, where and when it was engaged with: (B, T, D) each. */
function circumstances(
  network: Network,
  { actions, surfaces, time, embeddingSize }: EncoderConfig,
): Expression[] {
  const coded = Object.entries({ actions, surfaces }).filter(([, count]) => count > 0);
  const added = coded.map(([name, count]) => {
    const table = network.parameter(`${name}.embedding`, [count + 1, embeddingSize], small);
    return gather(table, input(name, ["B", "T"], "int32"));
  });
  if (time === "none") return added;
  const features = timeFeatureCount(time);
  const initial = { kind: "normal", deviation: 1 / Math.sqrt(features * embeddingSize) } as const;
  const mixed = network.parameter("times.weight", [features, embeddingSize], initial);
  return [...added, matmul(input("times", ["B", "T", features]), mixed)];
}

/** (V, D): a vector of its own for each item, and what its description adds. */
function itemTable(network: Network, config: EncoderConfig): Expression {
  const { items, embeddingSize, content, idDropout } = config;
  const own = network.parameter(INPUT_TABLE, [items, embeddingSize], small);
  if (!content) return own;
  const known = network.dropoutFactors([items, 1], idDropout);
  return [known ? mul(own, known) : own, ...describing(network, content, { embeddingSize })()].reduce(add);
}

/**
 * What descriptions add to items, (V, D) each, or (..., D) of `rows` alone: the weighted sum of the vectors of an item's terms, and its content
 * vector as a learned matrix turns it. `deviation` is of what they begin with.
 */
export function describing(
  network: Network,
  content: ContentBags,
  { embeddingSize, deviation = small.deviation }: { embeddingSize: number; deviation?: number },
): (rows?: Expression) => Expression[] {
  const { items, termCount, places, terms, shares, vectorSize, vectors } = content;
  const initial = { kind: "normal", deviation } as const;
  const table =
    termCount > 0 ? network.parameter(TERM_TABLE, [termCount, embeddingSize], initial) : undefined;
  const matrix =
    vectorSize > 0 ? network.parameter(CONTENT_MATRIX, [vectorSize, embeddingSize], initial) : undefined;
  return (rows) => {
    const asked = rows?.shape ?? [items];
    const of = (all: Expression): Expression => (rows ? gather(all, rows) : all);
    const parts: Expression[] = [];
    if (table) {
      const known = gather(table, of(constant([items, places], terms))); // (..., M, D)
      const counting = reshape(of(constant([items, places], shares)), [...asked, places, 1]);
      parts.push(reshape(sum(mul(known, counting), -2), [...asked, embeddingSize]));
    }
    if (matrix) parts.push(matmul(of(constant([items, vectorSize], vectors)), matrix));
    return parts;
  };
}

/** The logarithm of the factor of a cosine: learning starts at a temperature of 0.05. */
const sharp = { kind: "constant", value: Math.log(20) } as const;
const small = { kind: "normal", deviation: 0.02 } as const;
