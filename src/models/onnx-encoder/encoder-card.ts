import { type Static, Type } from "typebox";
import { PlatformError } from "#base";

/**
 * What whoever made an encoder elsewhere says of it, with samples to hold it to: how sequences go in, what comes out, which item is
 * which row. Everything else (masks, positions, lengths) the graph works out from the padding.
 */
export const EncoderCard = Type.Object(
  {
    format: Type.Literal(1),
    /** Item rows, oldest first: int32 or int64 of shape (B, T). */
    input: Type.String(),
    /** The person after them: float32 of shape (B, D), or (B, T, D) with a state for every item. */
    output: Type.String(),
    /** Items in the same space: float32 of shape (rows, D). Absent when they come in a file of their own. */
    itemOutput: Type.Optional(Type.String()),
    /** Where what is shorter than T is filled up, and with which row. */
    padding: Type.Object(
      {
        side: Type.Union([Type.Literal("start"), Type.Literal("end")]),
        row: Type.Integer({ minimum: 0 }),
      },
      { additionalProperties: false },
    ),
    /** Newest engagements it was trained to read. Padding at the start fills up to it always, padding at the end as far as needed. */
    maxLength: Type.Integer({ minimum: 1, maximum: 16_384 }),
    /** Row of the first item of the vocabulary. */
    firstItemRow: Type.Integer({ minimum: 0 }),
    /** Of the vocabulary it was trained with: a text file with an item id a line. */
    vocabularySha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    /** Time of the newest event it learned from, ISO 8601. Default: that of the import. */
    dataUntil: Type.Optional(Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$" })),
    /** How far any number may be from a sample's. */
    tolerance: Type.Number({ minimum: 0, maximum: 0.01 }),
    /** Histories and what came out where it was trained. */
    samples: Type.Array(
      Type.Object(
        {
          items: Type.Array(Type.String(), { minItems: 1 }),
          vector: Type.Array(Type.Number(), { minItems: 1 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);

export type EncoderCard = Static<typeof EncoderCard>;

/** @throws PlatformError `invalid-model` that names the value at fault */
export async function parseEncoderCard(text: string): Promise<EncoderCard> {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (cause) {
    throw new PlatformError("invalid-model", `The description of the model is not JSON: ${String(cause)}`);
  }
  const Value = await import("typebox/value"); // which takes a while, for threads that import nothing
  if (Value.Check(EncoderCard, card)) return card;
  const [first] = Value.Errors(EncoderCard, card);
  throw new PlatformError(
    "invalid-model",
    `The description of the model: ${first?.instancePath || "it"} ${first?.message ?? "has another shape"}`,
  );
}
