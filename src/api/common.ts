import { type Static, Type } from "typebox";

/** ISO 8601 with zone, milliseconds kept. */
export const IsoTime = Type.String({ format: "date-time" });

export const AsOf = Type.Optional(
  Type.String({
    format: "date-time",
    description: "Answer as it would have been then. Default: now, by the platform's clock",
  }),
);

/** A read that only takes the moment asked about. */
export const AsOfQuerystring = Type.Object({ asOf: AsOf });

export const ForPurpose = Type.Optional(
  Type.String({
    maxLength: 100,
    description:
      "Only what may be used for this declared purpose, by what the person agreed to. Without it everything is shown",
  }),
);

export const UserParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 265 }) });
export const ItemParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 255 }) });

/** Any key of a record, line breaks and all; TypeBox's own pattern for keys stops at one, and the answer would leave it out. */
export const AnyKey = Type.String({ pattern: "^[\\s\\S]*$" });

/** RFC 9457. `code` is one of the catalogue in docs/errors.md. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.String(),
    requestId: Type.String(),
  },
  { description: "application/problem+json" },
);

export const RejectionBody = Type.Object({
  position: Type.Integer({ description: "Place in the batch, from 0" }),
  code: Type.String(),
  path: Type.String({ description: "JSON pointer to the value at fault" }),
  message: Type.String(),
});

export const IngestResponse = Type.Object({
  success: Type.Boolean({ description: "True when nothing was rejected" }),
  accepted: Type.Integer(),
  rejected: Type.Array(RejectionBody),
});

/** One version of one model, in one word. */
export const ModelReferenceText = Type.String({
  pattern: "^.+@[0-9]+$",
  maxLength: 200,
  description: "name@version, such as sequence-encoder@0003",
});

/** A model in service. */
export const ModelVersion = Type.Object({
  name: Type.String(),
  version: Type.String(),
  dataUntil: IsoTime,
});

export type Problem = Static<typeof Problem>;
export type IngestResponse = Static<typeof IngestResponse>;
export type ModelVersion = Static<typeof ModelVersion>;
