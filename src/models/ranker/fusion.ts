import {
  add,
  attention,
  concatenate,
  constant,
  type Expression,
  exp,
  input,
  largest,
  matmul,
  matmulGiven,
  mul,
  type Network,
  relu,
  reshape,
  scale,
  softmax,
  split,
  sub,
  sum,
  transposed,
  unsqueeze,
} from "#tensor";
import { dense, norm } from "../sequence-encoder/blocks.ts";

/**
 * @file How a candidate meets the history, by what it costs. `none` leaves the history out. `average` gives its mean. `pooled` lets it
 * go through a transformer by itself. `append` puts the candidate before the newest act, and the transformer's column there
 * is the answer (BST, Chen et al. 2019). `early` puts the candidate on every row, so the transformer runs for each candidate: the best and the
 * dearest (TransAct, Xia et al. 2023). `cross` runs the transformer once a request, and candidates attend to what came out, never to each
 * other (PinFM's DCAT; M-FALCON of HSTU), beside its mean: this is what serves.
 */
export type Fusion = (typeof fusions)[number];
export const fusions = ["none", "average", "pooled", "append", "early", "cross"] as const;

export interface FusionConfig {
  readonly embeddingSize: number;
  readonly fusion: Fusion;
  readonly blocks: number;
  readonly crossings: number;
  readonly columns: number;
  readonly dropout: number;
}

/** Both normed. Of G requests with C candidates and T places of history each, place 0 being no act. */
export interface Meeting {
  /** (G, T, D), newest first. */
  readonly acts: Expression;
  /** (G, C, D) */
  readonly candidates: Expression;
}

/** What the history says of each candidate: parts of shape (G, C, *), or (G, 1, *) where it says the same of all. */
export function meet(network: Network, meeting: Meeting, config: FusionConfig): readonly Expression[] {
  const { acts, candidates } = meeting;
  const hidden = input("hidden", ["G", 1, "T"]); // 0 for what is read, a very low number for what is not
  const real = exp(hidden); // 1 and 0
  switch (config.fusion) {
    case "none":
      return [];
    case "average":
      return [matmul(softmax(hidden), acts)];
    case "pooled": {
      const read = readHistory(network, acts, hidden, config);
      return [dense(network, "person", summary(read, hidden, real, config), config.embeddingSize)];
    }
    case "cross": {
      const read = readHistory(network, acts, hidden, config);
      const person = dense(network, "person", summary(read, hidden, real, config), config.embeddingSize);
      const mean = matmul(softmax(hidden), acts);
      return [attendTo(network, candidates, read, hidden, config), person, mean];
    }
    case "append": {
      const slot = unsqueeze(input("slot", [1, "T", 1]), 0); // 1 at place 0
      const others = mul(unsqueeze(acts, 1), sub(constant([1], Float32Array.of(1)), slot));
      const rows = add(others, mul(unsqueeze(candidates, 2), slot)); // (G, C, T, D)
      const read = readHistory(network, rows, unsqueeze(hidden, 1), config);
      const at = sum(mul(read, slot), 2); // (G, C, 1, D)
      return [reshape(at, ["G", "C", config.embeddingSize])];
    }
    case "early": {
      const masked = unsqueeze(hidden, 1);
      const read = readHistory(network, rowsForEach(network, acts, candidates, config), masked, config);
      const said = summary(read, masked, unsqueeze(real, 1), config); // (G, C, 1, (K + 1) D)
      return [reshape(said, ["G", "C", Number(said.shape.at(-1))])];
    }
  }
}

/**
 * The history once for each candidate, (G, C, T, D): act, candidate, their product, and the act once more as far as it is of something like the
 * candidate. Without the last a network has to find out by itself that acts with like items count, for which little data has too few examples.
 */
function rowsForEach(
  network: Network,
  acts: Expression,
  candidates: Expression,
  { embeddingSize }: FusionConfig,
): Expression {
  const both = mul(unsqueeze(acts, 1), unsqueeze(candidates, 2));
  const likeness = scale(sum(both, -1), 1 / Math.sqrt(embeddingSize)); // (G, C, T, 1)
  return [
    unsqueeze(dense(network, "rows.act", acts, embeddingSize), 1),
    unsqueeze(dense(network, "rows.candidate", candidates, embeddingSize), 2),
    dense(network, "rows.both", both, embeddingSize),
    mul(likeness, unsqueeze(dense(network, "rows.like", acts, embeddingSize), 1)),
  ].reduce(add);
}

/** What a block adds starts small, so that at first rows are what they were and their likeness to candidates counts. */
const QUIET = { gain: 0.1 };

/** Blocks of a transformer without positions, over the last two axes; `hidden` is added to the scores of the rows. */
function readHistory(
  network: Network,
  rows: Expression,
  hidden: Expression,
  { blocks, embeddingSize, dropout }: FusionConfig,
): Expression {
  let x = rows;
  for (let block = 0; block < blocks; block++) {
    const name = `block${block}`;
    const normed = norm(network, `${name}.norm1`, x);
    const parts = split(dense(network, `${name}.attention.in`, normed, 3 * embeddingSize), [
      embeddingSize,
      embeddingSize,
      embeddingSize,
    ]);
    const [query, key, value] = parts;
    const attended = attention({ query: query!, key: key!, value: value!, bias: hidden });
    x = add(
      x,
      network.dropout(dense(network, `${name}.attention.out`, attended, embeddingSize, QUIET), dropout),
    );
    x = feedForward(network, name, x, { embeddingSize, dropout });
  }
  return norm(network, "read", x);
}

/** Candidates, (G, C, D), after asking the history, (G, T, D), as often as is set. */
function attendTo(
  network: Network,
  candidates: Expression,
  history: Expression,
  hidden: Expression,
  { crossings, embeddingSize, dropout }: FusionConfig,
): Expression {
  let x = candidates;
  for (let crossing = 0; crossing < crossings; crossing++) {
    const name = `crossing${crossing}`;
    // Query and key are not projected, so a candidate asks for what is like it from the first step on.
    const query = norm(network, `${name}.query`, x);
    const key = norm(network, `${name}.key`, history);
    const value = dense(network, `${name}.value`, history, embeddingSize);
    const attended = attention({ query, key, value, bias: hidden });
    x = add(x, network.dropout(dense(network, `${name}.out`, attended, embeddingSize), dropout));
    x = feedForward(network, name, x, { embeddingSize, dropout });
  }
  return norm(network, "asked", x);
}

function feedForward(
  network: Network,
  name: string,
  x: Expression,
  { embeddingSize, dropout }: Pick<FusionConfig, "embeddingSize" | "dropout">,
): Expression {
  const inner = relu(dense(network, `${name}.inner`, norm(network, `${name}.norm2`, x), 2 * embeddingSize));
  return add(x, network.dropout(dense(network, `${name}.outer`, inner, embeddingSize, QUIET), dropout));
}

/** The newest K columns one by one and the maximum over all that are read: (..., 1, (K + 1) D). */
function summary(
  rows: Expression,
  hidden: Expression,
  real: Expression,
  { columns, embeddingSize }: FusionConfig,
): Expression {
  const outer = rows.shape.slice(0, -2);
  const greatest = largest(add(rows, transposed(hidden)), -2); // (..., 1, D)
  if (columns === 0) return greatest;
  const newest = input("newest", ["T", columns]); // 1 where row t is column k
  const chosen = matmulGiven(mul(transposed(rows), real), newest); // (..., D, K)
  return concatenate([greatest, reshape(chosen, [...outer, 1, embeddingSize * columns])]);
}
