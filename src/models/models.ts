import { PlatformError } from "#base";
import { ease } from "./ease.ts";
import { ials } from "./ials/ials.ts";
import { itemKnn } from "./item-knn.ts";
import type { FittedModel, Model } from "./model.ts";
import { FittedOnnxEncoder, ONNX_ENCODER } from "./onnx-encoder/fitted-onnx-encoder.ts";
import { popularity } from "./popularity.ts";
import { ranker } from "./ranker/ranker.ts";
import { recentPopularity } from "./recent-popularity.ts";
import { sequenceEncoder } from "./sequence-encoder/sequence-encoder.ts";

/** Every model, the simplest first. */
export const models: readonly Model[] = [
  popularity,
  recentPopularity,
  itemKnn,
  ease,
  ials,
  sequenceEncoder,
  ranker,
];

/** @throws PlatformError `unknown-model`, listing those there are */
export function modelNamed(name: string): Model {
  const found = models.find((model) => model.name === name);
  if (found) return found;
  const known = models.map((model) => model.name).join(", ");
  throw new PlatformError("unknown-model", `No model is named "${name}"; there are ${known}.`);
}

/**
 * Reads a model's bytes: of one of `models` by its name, or of one made elsewhere.
 * @throws PlatformError `unknown-model`, `data-damaged`
 */
export function loadModel(kind: string, bytes: Uint8Array): FittedModel {
  return kind === ONNX_ENCODER ? FittedOnnxEncoder.load(bytes) : modelNamed(kind).load(bytes);
}
