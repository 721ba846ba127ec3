import {
  add,
  binaryLoss,
  constant,
  type Expression,
  gather,
  type Initial,
  input,
  matmul,
  mul,
  Network,
  reshape,
} from "#tensor";
import { norm } from "../sequence-encoder/blocks.ts";
import { type ContentBags, describing, INPUT_TABLE } from "../sequence-encoder/encoder-network.ts";
import { Columns, isShared } from "./columns.ts";
import { crossNetwork } from "./cross-network.ts";
import { type FusionConfig, type Meeting, meet } from "./fusion.ts";

/** What the network of a ranker looks like. */
export interface RankerShape extends FusionConfig {
  /** Item rows are 0 .. items - 1; row `items` stands for no item. */
  readonly items: number;
  /** H */
  readonly heads: number;
  /** Codes of actions and of surfaces. */
  readonly actions: number;
  readonly surfaces: number;
  /** Whether it is told what lists are about. */
  readonly conditions: boolean;
  /** Numbers said of an act's time, and of a candidate beside its vector. */
  readonly times: number;
  readonly facts: number;
  readonly crossLayers: number;
  readonly idDropout: number;
}

const small = { kind: "normal", deviation: 0.1 } as const;
/** What is said of an item counts more than that it is this one, until something is learned. */
const SAID = 0.2;
/** What goes with an item starts smaller than the item. */
const smaller = { kind: "normal", deviation: 0.02 } as const;

/** Where the heads start: what they say of a candidate before anything is learned. */
export interface HeadStart {
  /** (H) log-odds of each action over all candidates: to walk there from even odds would take the steps of a short fit. */
  readonly odds: Float32Array;
  /** (facts, H) what each fact adds: how well the one who found a candidate foretells each action is known beforehand. */
  readonly slopes: Float32Array;
}

/** What meets the history, and what the list is about as an item of its own, (G, 1, D), where the network is told. */
interface Given extends Meeting {
  readonly about: Expression | undefined;
}

/** Logits (G, C, H), from the vectors of the items of the history, (G, T, D), and of the candidates, (G, C, D). */
function describeRanker(
  network: Network,
  { about, ...meeting }: Given,
  shape: RankerShape,
  start?: HeadStart,
): Expression {
  const candidates = norm(network, "candidate", meeting.candidates);
  const { embeddingSize, surfaces, facts, crossLayers, heads, dropout } = shape;
  const acts = shape.fusion === "none" ? meeting.acts : tokensOf(network, meeting.acts, shape);
  const place = coded(network, "place", surfaces, ["G", 1], embeddingSize); // (G, 1, D)
  const asked = about ? [norm(network, "about", about)] : [];
  const met = [...meet(network, { acts, candidates }, shape), ...asked];
  const likenesses = met
    .filter((part) => part.shape.at(-1) === embeddingSize)
    .map((part) => (isShared(part) ? { x: candidates, times: part } : { x: mul(candidates, part) }));
  const numbers = input("facts", ["G", "C", facts]);
  const columns = Columns.of([
    ...[candidates, ...met].map((x) => ({ x })),
    ...likenesses,
    ...[place, numbers].map((x) => ({ x })),
  ]);
  const given = (values: Float32Array | undefined): Initial =>
    values ? { kind: "given", values } : { kind: "constant", value: 0 };
  const straight = network.parameter("straight.weight", [facts, heads], given(start?.slopes)); // as the wide part of Cheng et al. 2016
  const deepest = crossNetwork(network, columns, {
    ...{ crossLayers, deepSize: 2 * embeddingSize, heads, dropout },
    bias: given(start?.odds),
  });
  return add(deepest, matmul(numbers, straight));
}

/** Items of the history with how, where and how long ago something was done with each. */
function tokensOf(network: Network, items: Expression, shape: RankerShape): Expression {
  const { embeddingSize, actions, surfaces, times } = shape;
  const weight = network.parameter("times.weight", [times, embeddingSize], smaller);
  const parts = [
    items,
    coded(network, "actions", actions, ["G", "T"], embeddingSize),
    coded(network, "surfaces", surfaces, ["G", "T"], embeddingSize),
    matmul(input("times", ["G", "T", times]), weight),
  ];
  return norm(network, "tokens", parts.reduce(add));
}

/** A vector for each code of `name`, and one for codes the network does not know. */
function coded(network: Network, name: string, codes: number, places: Shape, width: number): Expression {
  const table = network.parameter(`${name}.embedding`, [codes + 1, width], smaller);
  return gather(table, input(name, places, "int32"));
}

type Shape = readonly (number | string)[];

/** The network that learns, from rows of items; its inputs are those of `ranker-batch.ts`. */
export function learningNetwork(
  shape: RankerShape,
  content: ContentBags | undefined,
  start: HeadStart,
): { readonly network: Network; readonly loss: Expression } {
  const network = new Network({ isTraining: true });
  const { items, embeddingSize, idDropout, heads } = shape;
  const own = network.parameter(INPUT_TABLE, [items + 1, embeddingSize], small);
  const kept = content && network.dropoutFactors([items + 1, 1], idDropout);
  const table = kept ? mul(own, kept) : own;
  const said = content && describing(network, content, { embeddingSize, deviation: SAID });
  const vectorsOf = (rows: Expression): Expression =>
    [gather(table, rows), ...(said?.(rows) ?? [])].reduce(add);
  /** What is no item, a topic or a text, is its description and what no item is. */
  const aboutOf = (rows: Expression): Expression => {
    const ownRows = Int32Array.from({ length: content?.items ?? items + 1 }, (_, row) =>
      Math.min(row, items),
    );
    const own = gather(table, reshape(gather(constant([ownRows.length, 1], ownRows), rows), rows.shape));
    return [own, ...(said?.(rows) ?? [])].reduce(add);
  };
  const logits = describeRanker(
    network,
    {
      acts: vectorsOf(input("items", ["G", "T"], "int32")),
      candidates: vectorsOf(input("candidates", ["G", "C"], "int32")),
      about: shape.conditions ? aboutOf(input("about", ["G", 1], "int32")) : undefined,
    },
    shape,
    start,
  );
  const labels = input("labels", ["G", "C", heads]);
  const loss = binaryLoss({ logits, labels, weights: input("weights", ["G", "C", heads]) });
  return { network, loss };
}

/** The network that answers, from the vectors of items. */
export function answeringNetwork(shape: RankerShape): {
  readonly network: Network;
  readonly logits: Expression;
} {
  const network = new Network({ isTraining: false });
  const acts = input("actVectors", ["G", "T", shape.embeddingSize]);
  const candidates = input("candidateVectors", ["G", "C", shape.embeddingSize]);
  const about = shape.conditions ? input("aboutVectors", ["G", 1, shape.embeddingSize]) : undefined;
  return { network, logits: describeRanker(network, { acts, candidates, about }, shape) };
}
