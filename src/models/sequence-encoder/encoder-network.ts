import {
  add,
  asRows,
  type Expression,
  firstRows,
  fullSoftmaxLoss,
  gather,
  gatherDistinct,
  input,
  Network,
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
  /** (B, T, D) */
  readonly hidden: Expression;
  /** (V, D) what items are scored by. */
  readonly table: Expression;
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
  const small = { kind: "normal", deviation: 0.02 } as const;
  const table = network.parameter(INPUT_TABLE, [items, embeddingSize], small);
  const places = network.parameter("positions.embedding", [maxLength, embeddingSize], small);
  const vectors = scale(gather(table, ids), Math.sqrt(embeddingSize)); // as in Vaswani et al. 2017, section 3.4
  let x = network.dropout(add(vectors, firstRows(places, ids, 1)), dropout);
  for (let block = 0; block < blocks; block++)
    x = blockKinds[config.block](network, `block${block}`, x, config);
  const hidden = norm(network, "norm", x);
  const isTied = config.output === "tied";
  return {
    hidden,
    table: isTied ? table : network.parameter(OUTPUT_TABLE, [items, embeddingSize], small),
    vectors,
  };
}

/**
 * The network that learns to name the next item among all: beside `items`, its inputs are `predicted`, the places (N) of real
 * tokens in the flattened (B, T), `targets`, the items (N) that came next, and `weights` (N).
 */
export function nextItemNetwork(config: EncoderConfig): { network: Network; loss: Expression } {
  const network = new Network({ isTraining: true });
  const { hidden, table } = encodeItems(network, config);
  const loss = fullSoftmaxLoss({
    hidden: gatherDistinct(asRows(hidden), input("predicted", ["N"], "int32")),
    table,
    targets: input("targets", ["N"], "int32"),
    weights: input("weights", ["N"]),
  });
  return { network, loss };
}
