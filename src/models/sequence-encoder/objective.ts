import {
  add,
  asRows,
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
  sampledSoftmaxLoss,
  sub,
  sum,
  transposed,
} from "#tensor";
import { type EncoderConfig, encodeItems } from "./encoder-network.ts";

/** What a network is asked to become good at: which loss, and how many candidates it sees of all items. */
export type Objective =
  | { readonly kind: "full-softmax" }
  | { readonly kind: "sampled-softmax"; readonly candidates: number }
  | { readonly kind: "gbce"; readonly candidates: number; readonly calibration: number };

/**
 * The network that learns to name what comes next: beside `items`, its inputs are `predicted`, the places (N) of real
 * tokens in the flattened (B, T), `targets`, the items (N) to name there, and `weights` (N). Sampled losses need what
 * {@link withNegatives} adds.
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
  if (objective.kind === "full-softmax")
    return { network, loss: fullSoftmaxLoss({ ...predictions, table: vectorsOf(table) }) };
  const scores = candidateScores(
    predictions,
    (items) => vectorsOf(gather(table, items)),
    objective.candidates,
  );
  if (objective.kind === "sampled-softmax") return { network, loss: sampledSoftmaxLoss(scores) };
  const beta = gbceBeta(objective.candidates, config.items, objective.calibration);
  const { positive, negative, weights } = scores;
  return { network, loss: gbceLoss({ positive, negative: sub(negative, scores.met), weights }, beta) };
}

/** Scores of the target, (N, 1), and of the K candidates, (N, K), with what {@link withNegatives} says of them. */
function candidateScores(
  { hidden, targets, weights }: Readonly<Record<"hidden" | "targets" | "weights", Expression>>,
  vectorsOf: (items: Expression) => Expression,
  K: number,
) {
  const met = gather(input("met", ["B", K]), input("rows", ["N"], "int32")); // (N, K)
  return {
    positive: sum(mul(hidden, vectorsOf(targets)), -1),
    negative: matmul(hidden, transposed(vectorsOf(input("candidates", [K], "int32")))),
    positiveLogQ: input("targetLogQ", ["N", 1]),
    negativeLogQ: add(met, input("candidateLogQ", [K])),
    weights,
    met,
  };
}
