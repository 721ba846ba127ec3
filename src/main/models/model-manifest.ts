import type { LearningPoint, ModelConfig, ModelId, TensorSpec } from "#models";
import type { CodeVersion } from "../folder/code-version.ts";

/** What is known of one version of a model: what it is, what it learned from, how well, and by which code. */
export interface ModelManifest extends ModelId {
  /** Of the model, from 0001 on. */
  readonly version: string;
  /** How it was made: a model of ours by its name, or `onnx-encoder` for one made elsewhere. */
  readonly kind: string;
  readonly config: ModelConfig;
  /** `null` where it was made elsewhere. */
  readonly seed: number | null;
  /** The version it came after, where it was fitted because that was old; `null` where somebody asked for it. */
  readonly refitOf: string | null;
  readonly userCount: number;
  readonly itemCount: number;
  readonly interactionCount: number;
  /** Time of the oldest event it learned from, ms; `null` where nobody wrote it down. */
  readonly dataFromMs: number | null;
  /** Time of the newest event it learned from, ms. */
  readonly dataUntilMs: number;
  /** Per partition of the log, the records that were read: from the first up to before the second. */
  readonly logOffsets: readonly (readonly [from: number, to: number])[];
  /** SHA-256 of the ids of its items in the order of their rows; `null` where nobody wrote it down. */
  readonly vocabularyHash: string | null;
  /** What fitting measured; never on a test. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How learning went, pass by pass; empty for models that do not learn in passes. */
  readonly curve: readonly LearningPoint[];
  readonly fitSeconds: number;
  /** When it was fitted or imported; `null` where nobody wrote it down. */
  readonly madeAt: string | null;
  readonly code: CodeVersion | null;
  /** Numbers in a vector; `null` for a model that makes none. */
  readonly dimension: number | null;
  /** Of the network that makes the vectors; empty for other models. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** What manifests written before there were so many fields leave open. */
const unknown = {
  refitOf: null,
  dataFromMs: null,
  logOffsets: [],
  vocabularyHash: null,
  metrics: {},
  curve: [],
  madeAt: null,
  code: null,
  dimension: null,
  inputs: [],
  outputs: [],
} as const;

export function encodeManifest(manifest: ModelManifest): Uint8Array {
  return Buffer.from(JSON.stringify(manifest, null, 2));
}

export function decodeManifest(bytes: Uint8Array): ModelManifest {
  const written = JSON.parse(Buffer.from(bytes).toString()) as ModelManifest; // by `encodeManifest`, perhaps an earlier one
  return { ...unknown, ...written, kind: written.kind ?? written.name };
}
