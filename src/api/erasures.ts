import { type Static, Type } from "typebox";
import { IsoTime } from "./common.ts";

export const ErasureParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });

/** Shorter values are met by chance, and finding them would mean nothing. */
const values = Type.Array(Type.String({ minLength: 6, maxLength: 1000 }), {
  maxItems: 100,
  description:
    "Values only this person's events have (an address, an order number) that the search of raw bytes must not find afterwards either",
});

/** Optional body of `DELETE /v1/users/{id}`. */
export const ErasureBody = Type.Union(
  [Type.Object({ values }, { additionalProperties: false }), Type.Null({ description: "No body" })],
  { writeOnly: true },
);

/** Body of `POST /v1/erasures`: for ids that clients and proxies rewrite in a path, as `.` and `..`, or those with a slash. */
export const ErasureRequest = Type.Object(
  { userId: Type.String({ minLength: 1, maxLength: 265 }), values: Type.Optional(values) },
  { additionalProperties: false, writeOnly: true },
);

/** Answer to both: the erasure is noted durably and goes on in the background. */
export const ErasureAccepted = Type.Object({
  erasureId: Type.String(),
  status: Type.Literal("pending"),
});

const counts = Type.Record(Type.String(), Type.Integer());

/** What an erasure did. It names the person only by salted hashes of their ids. */
export const ErasureResponse = Type.Object({
  erasureId: Type.String(),
  status: Type.Union([Type.Literal("pending"), Type.Literal("done"), Type.Literal("failed")]),
  requestedAt: IsoTime,
  finishedAt: Type.Optional(IsoTime),
  subject: Type.Object({
    algorithm: Type.Literal("sha256"),
    salt: Type.String(),
    idHashes: Type.Array(Type.String(), {
      description: "SHA-256 of the salt followed by the id, hexadecimal",
    }),
  }),
  stores: Type.Array(Type.Object({ name: Type.String(), removed: counts, at: IsoTime }), {
    description: "Store by store, what was removed and when",
  }),
  verification: Type.Optional(
    Type.Object({
      at: IsoTime,
      isClean: Type.Boolean(),
      cameAgain: Type.Boolean({
        description: "New events of the ids came since: those of a new person, and the search finds them",
      }),
      traces: Type.Record(Type.String(), Type.Integer(), {
        description: "Traces each store still finds by its own means",
      }),
      scan: Type.Object(
        {
          files: Type.Integer(),
          bytes: Type.Integer(),
          tooShort: Type.Integer({ description: "Ids too short to be looked for in raw bytes" }),
          found: Type.Array(Type.Object({ file: Type.String(), occurrences: Type.Integer() })),
        },
        { description: "Search of the raw bytes of the whole data folder" },
      ),
    }),
  ),
  reason: Type.Optional(Type.String({ description: "Why it failed" })),
});

export type ErasureResponse = Static<typeof ErasureResponse>;
