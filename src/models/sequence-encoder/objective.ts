import {
  add,
  asRows,
  constant,
  type Expression,
  fullSoftmaxLoss,
  gather,
  gatherDistinct,
  gbceBeta,
  gbceLoss,
  input,
  matmul,
  mul,
  Network,
  reshape,
  sampledSoftmaxLoss,
  scale,
  sub,
  sum,
  transposed,
} from "#tensor";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";
import { SHOWN } from "./ignored-items.ts";

/** What a network is asked to become good at: which loss, and how many candidates it sees of all items. */
export type Objective = MainObjective & {
  /** How much it counts to tell the target from what was shown and left; nothing when absent. */
  readonly impressionWeight?: number;
};

type MainObjective =
  | { readonly kind: "full-softmax" }
  | { readonly kind: "sampled-softmax"; readonly candidates: number }
  | { readonly kind: "gbce"; readonly candidates: number; readonly calibration: number };

/**
 * The network that learns to name what comes next: beside `items`, its inputs are `predicted`, the places (N) of real
 * tokens in the flattened (B, T), `targets`, the items (N) to name there, and `weights` (N). Sampled losses need what
 * {@link withNegatives} adds, and impressions `ignored` and `noneIgnored` (N, {@link SHOWN}).
 */
export function nextItemNetwork(
  config: EncoderConfig,
  objective: Objective = { kind: "full-softmax" },
): { network: Network; loss: Expression } {
  const network = new Network({ isTraining: true });
  const { hidden, table, vectorsOf } = encodeItems(network, config);
  const predictions = {
    hidden: gatherDistinct(asRows(hidden), input("predicted", ["N"], "int32")), // (N, D)
    targets: input("targets", ["N"], "int32"),
    weights: input("weights", ["N"]),
  };
  const vectorsAt = (items: Expression) => vectorsOf(gather(table, items));
  const { impressionWeight = 0 } = objective;
  const main =
    objective.kind === "full-softmax"
      ? fullSoftmaxLoss({ ...predictions, table: vectorsOf(table) })
      : sampledLoss(candidateScores(predictions, vectorsAt, objective.candidates), objective, config.items);
  if (impressionWeight === 0) return { network, loss: main };
  return { network, loss: add(main, scale(impressionLoss(predictions, vectorsAt), impressionWeight)) };
}

type Predictions = Readonly<Record<"hidden" | "targets" | "weights", Expression>>;

function sampledLoss(
  scores: ReturnType<typeof candidateScores>,
  objective: Exclude<MainObjective, { kind: "full-softmax" }>,
  items: number,
): Expression {
  if (objective.kind === "sampled-softmax") return sampledSoftmaxLoss(scores);
  const beta = gbceBeta(objective.candidates, items, objective.calibration);
  const { positive, negative, weights, met } = scores;
  return gbceLoss({ positive, negative: sub(negative, met), weights }, beta);
}

/** Cross-entropy of the target among itself and what was shown and left (TransAct V2, Xia et al. 2025, next action loss). */
function impressionLoss(
  { hidden, targets, weights }: Predictions,
  vectorsAt: (items: Expression) => Expression,
): Expression {
  const [N, D] = hidden.shape;
  const ignored = vectorsAt(input("ignored", ["N", SHOWN], "int32")); // (N, M, D)
  const scores = sum(mul(ignored, reshape(hidden, [N!, 1, D!])), -1); // (N, M, 1)
  return sampledSoftmaxLoss({
    positive: sum(mul(hidden, vectorsAt(targets)), -1),
    negative: reshape(scores, [N!, SHOWN]),
    positiveLogQ: constant([1, 1], Float32Array.of(0)),
    negativeLogQ: input("noneIgnored", ["N", SHOWN]),
    weights,
  });
}

/** Scores of the target, (N, 1), and of the K candidates, (N, K), with what {@link withNegatives} says of them. */
function candidateScores(
  { hidden, targets, weights }: Predictions,
  vectorsAt: (items: Expression) => Expression,
  K: number,
) {
  const met = gather(input("met", ["B", K]), input("rows", ["N"], "int32")); // (N, K)
  return {
    positive: sum(mul(hidden, vectorsAt(targets)), -1),
    negative: matmul(hidden, transposed(vectorsAt(input("candidates", [K], "int32")))),
    positiveLogQ: input("targetLogQ", ["N", 1]),
    negativeLogQ: add(met, input("candidateLogQ", [K])),
    weights,
    met,
  };
}
