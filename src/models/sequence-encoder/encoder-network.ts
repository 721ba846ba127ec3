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
  /** What the items are described by, which then is part of their vectors. */
  readonly tags?: TagBags | undefined;
  /** Share of items that learning knows by their tags alone, at random at every step. */
  readonly idDropout: number;
}

/** The tags of each item, as many places for all: (V, M) positions in a vocabulary, and how much each counts, 0 for none. */
export interface TagBags {
  readonly count: number;
  readonly places: number;
  readonly tags: Int32Array;
  readonly shares: Float32Array;
}

export type BlockKind = (typeof blockNames)[number];
export const blockNames = ["sasrec", "ligr", "hstu"] as const;

const blockKinds: Readonly<Record<BlockKind, Block>> = {
  sasrec: sasrecBlock,
  ligr: ligrBlock,
  hstu: hstuBlock,
};

export const INPUT_TABLE = "items.embedding";
const OUTPUT_TABLE = "items.output";
export const TAG_TABLE = "tags.embedding";

interface Encoding {
  /** (B, T, D); the score of an item is its product with the item's vector. */
  readonly hidden: Expression;
  /** (V, D) what the vectors of items are made of. */
  readonly table: Expression;
  /** The vectors of items, (n, D), of their rows of `table`. */
  readonly vectorsOf: (rows: Expression) => Expression;
  /** What the items of the sequences come in as: (B, T, D). */
  readonly vectors: Expression;
}

/**
 * Encodes sequences of engagements: input `items`, int32 of shape (B, T), oldest first and padded with any item at the *end*; of the
 * result, (B, T, D), position t stands for the person after item t. Position 0 is the oldest item of the window. Where the
 * config asks for them there are `actions` and `surfaces`, like `items` and 0 for unknown, `times` (B, T, features) and
 * `spans` (B, T, T); see `encoder-inputs.ts`.
 */
export function encodeItems(network: Network, config: EncoderConfig): Encoding {
  const { items, embeddingSize, maxLength, dropout, blocks } = config;
  const ids = input("items", ["B", "T"], "int32");
  const table = itemTable(network, config);
  const places = network.parameter("positions.embedding", [maxLength, embeddingSize], small);
  const vectors = scale(gather(table, ids), Math.sqrt(embeddingSize)); // as in Vaswani et al. 2017, section 3.4
  const tokens = [add(vectors, firstRows(places, ids, 1)), ...circumstances(network, config)].reduce(add);
  let x = network.dropout(tokens, dropout);
  for (let block = 0; block < blocks; block++)
    x = blockKinds[config.block](network, `block${block}`, x, config);
  const normed = norm(network, "norm", x);
  const isCosine = config.similarity === "cosine";
  return {
    hidden: isCosine ? mul(l2Normalize(normed), exp(network.parameter("sharpness", [1], sharp))) : normed,
    table: config.output === "tied" ? table : network.parameter(OUTPUT_TABLE, [items, embeddingSize], small),
    vectorsOf: isCosine ? l2Normalize : (rows) => rows,
    vectors,
  };
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

/** (V, D): a vector of its own for each item, and the mean of those of its tags. */
function itemTable(network: Network, { items, embeddingSize, tags, idDropout }: EncoderConfig): Expression {
  const own = network.parameter(INPUT_TABLE, [items, embeddingSize], small);
  if (!tags) return own;
  const { count, places } = tags;
  const vectors = gather(
    network.parameter(TAG_TABLE, [count, embeddingSize], small),
    constant([items, places], tags.tags),
  ); // (V, M, D)
  const bag = sum(mul(vectors, constant([items, places, 1], tags.shares)), 1); // (V, 1, D)
  const known = network.dropoutFactors([items, 1], idDropout);
  return add(known ? mul(own, known) : own, reshape(bag, [items, embeddingSize]));
}

/** The logarithm of the factor of a cosine: learning starts at a temperature of 0.05. */
const sharp = { kind: "constant", value: Math.log(20) } as const;
const small = { kind: "normal", deviation: 0.02 } as const;
