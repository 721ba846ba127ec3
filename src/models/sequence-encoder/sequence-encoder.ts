import { PlatformError } from "#base";
import { historyOf, type Interactions } from "#sequences";
import { type NamedTensor, Network } from "#tensor";
import type { Model } from "../model.ts";
import { readModelFile } from "../model-file.ts";
import { columnSums, engagementsOf } from "../sparse-rows.ts";
import { encodeItems } from "./encoder-network.ts";
import { FittedEncoder } from "./fitted-encoder.ts";
import { learn } from "./learn.ts";
import {
  checkSettings,
  defaultSettings,
  networkConfig,
  type SequenceEncoderConfig,
  settingLimits,
} from "./settings.ts";
import { windowOf } from "./window.ts";

/**
 * @file SASRec (Kang and McAuley 2018, "Self-Attentive Sequential Recommendation"): a causal transformer reads what a person
 * engaged with in order, and its state after the newest engagement is held against every item. Where we differ: blocks
 * normalise before each part rather than after; the loss is the cross-entropy over *all* items at every position, which closes
 * most of the gap to newer models (Klenitskiy and Vasilev 2023, "Turning Dross Into Gold Loss").
 */
export const sequenceEncoder: Model<SequenceEncoderConfig> = {
  name: "sequence-encoder",
  title: "A transformer that reads what a person did in order",
  defaults: defaultSettings,

  async fit(data, config, context) {
    checkSettings(config);
    const sequences = sequencesOf(data);
    const weights = await learn(sequences, config, networkConfig(config, data.itemCount), context);
    return fitted(config, columnSums(engagementsOf(data)), weights);
  },

  load(bytes) {
    const file = readModelFile(bytes, "sequence-encoder", settingLimits);
    checkSettings(file.config);
    const counts = file.floats("counts");
    const network = new Network({ isTraining: false });
    encodeItems(network, networkConfig(file.config, counts.length));
    const weights = Array.from(network.parameters, ([name, { shape }]) => [
      name,
      { shape, values: file.floats(name) },
    ]);
    return fitted(file.config, counts, Object.fromEntries(weights));
  },
};

function fitted(
  config: SequenceEncoderConfig,
  counts: Float32Array,
  weights: Readonly<Record<string, NamedTensor>>,
): FittedEncoder {
  return new FittedEncoder(
    sequenceEncoder.name,
    config,
    networkConfig(config, counts.length),
    counts,
    weights,
  );
}

/** What everybody with at least two engagements did, as item rows, oldest first. */
function sequencesOf(data: Interactions): Int32Array[] {
  const sequences: Int32Array[] = [];
  for (let user = 0; user < data.userCount; user++) {
    const sequence = windowOf(historyOf(data, user), data.itemCount, Number.POSITIVE_INFINITY);
    if (sequence.length > 1) sequences.push(sequence);
  }
  if (sequences.length > 0) return sequences;
  throw new PlatformError("no-data", "sequence-encoder needs somebody with two engagements or more.");
}
