import { type Static, Type } from "typebox";
import { AnyKey, IsoTime } from "./common.ts";

const IsoTimeOrNull = Type.Union([IsoTime, Type.Null()]);
const NumberOrNull = Type.Union([Type.Number(), Type.Null()]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const TensorBody = Type.Object({
  name: Type.String(),
  type: Type.String(),
  shape: Type.Array(Type.Union([Type.Integer(), Type.String()]), {
    description: "A size given as text is free",
  }),
});

/** What is known of one version of a model. */
export const ModelBody = Type.Object({
  name: Type.String(),
  version: Type.String(),
  kind: Type.String({ description: "A model of ours by its name, or onnx-encoder for one made elsewhere" }),
  serves: Type.Union([Type.String(), Type.Null()], {
    description:
      "personal, cold-start, or on-request: whoever names it in model; null when it is not in service",
  }),
  madeAt: IsoTimeOrNull,
  config: Type.Record(AnyKey, Type.Union([Type.Number(), Type.String()])),
  seed: NumberOrNull,
  data: Type.Object({
    from: IsoTimeOrNull,
    until: IsoTime,
    users: Type.Integer(),
    items: Type.Integer(),
    interactions: Type.Integer(),
    logOffsets: Type.Array(Type.Array(Type.Integer()), {
      description: "Per partition of the log, the records that were read: first, and first no more",
    }),
  }),
  vocabularyHash: Type.Union([Type.String(), Type.Null()], {
    description: "SHA-256 of the item ids in the order of their rows, a line each",
  }),
  metrics: Type.Record(AnyKey, Type.Number()),
  fitSeconds: Type.Number(),
  code: Type.Union([Type.Object({ version: Type.String(), commit: TextOrNull }), Type.Null()]),
  dimension: NumberOrNull,
  inputs: Type.Array(TensorBody),
  outputs: Type.Array(TensorBody),
});

export const ModelParams = Type.Object({
  name: Type.String({ maxLength: 200, description: "name, for the newest version, or name@version" }),
});

export const ModelsResponse = Type.Object({ models: Type.Array(ModelBody) });

export type ModelBody = Static<typeof ModelBody>;
export type ModelsResponse = Static<typeof ModelsResponse>;
