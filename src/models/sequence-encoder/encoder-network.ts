import {
  add,
  type Expression,
  exp,
  firstRows,
  gather,
  input,
  l2Normalize,
  mul,
  type Network,
  scale,
} from "#tensor";
import { type Block, type BlockConfig, hstuBlock, ligrBlock, norm, sasrecBlock } from "./blocks.ts";

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
}

export type BlockKind = (typeof blockNames)[number];
export const blockNames = ["sasrec", "ligr", "hstu"] as const;

const blockKinds: Readonly<Record<BlockKind, Block>> = {
  sasrec: sasrecBlock,
  ligr: ligrBlock,
  hstu: hstuBlock,
};

const INPUT_TABLE = "items.embedding";
const OUTPUT_TABLE = "items.output";

/** The parameter that holds the vectors items are scored by. */
export function scoringTableOf({ output }: EncoderConfig): string {
  return output === "tied" ? INPUT_TABLE : OUTPUT_TABLE;
}

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
 * Encodes sequences of items: input `items`, int32 of shape (B, T), oldest first and padded with any item at the *end*; of the
 * result, (B, T, D), position t stands for the person after item t. Position 0 is the oldest item of the window.
 */
export function encodeItems(network: Network, config: EncoderConfig): Encoding {
  const { items, embeddingSize, maxLength, dropout, blocks } = config;
  const ids = input("items", ["B", "T"], "int32");
  const table = network.parameter(INPUT_TABLE, [items, embeddingSize], small);
  const places = network.parameter("positions.embedding", [maxLength, embeddingSize], small);
  const vectors = scale(gather(table, ids), Math.sqrt(embeddingSize)); // as in Vaswani et al. 2017, section 3.4
  let x = network.dropout(add(vectors, firstRows(places, ids, 1)), dropout);
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

/** The logarithm of the factor of a cosine: learning starts at a temperature of 0.05. */
const sharp = { kind: "constant", value: Math.log(20) } as const;
const small = { kind: "normal", deviation: 0.02 } as const;
