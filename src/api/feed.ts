import { type Static, Type } from "typebox";

const Group = Type.String({
  pattern: "^[a-z0-9-]{1,64}$",
  description: "Who reads: small letters, digits and dashes. A new name begins with the oldest event kept",
});

export const FeedQuerystring = Type.Object({
  group: Group,
  purpose: Type.String({
    maxLength: 100,
    description: "What the events are used for: none comes that may not be used for it",
  }),
  follow: Type.Boolean({
    default: true,
    description: "Whether the answer stays open for what comes in later, or ends with what is there",
  }),
});

/** `POST /v1/events/commit` */
export const FeedCommit = Type.Object(
  {
    group: Group,
    offsets: Type.Record(Type.String({ pattern: "^[0-9]{1,5}$" }), Type.Integer({ minimum: 0 }), {
      description: "Partition -> the `next` of its last run that is finished",
      minProperties: 1,
    }),
  },
  { additionalProperties: false },
);

/** An event in the answer, one object a line. */
export interface FedEventLine {
  readonly partition: number;
  readonly offset: number;
  /** Whose it is, by the links of now. */
  readonly person: string;
  /** As a message of the Segment spec. */
  readonly message: Readonly<Record<string, unknown>>;
}

/** What follows the events of a run: commit it when they are finished. */
export interface FeedMarkLine {
  readonly partition: number;
  readonly next: number;
  /** Records that retention dropped before the group read them. */
  readonly missed?: number;
}

export type FeedCommit = Static<typeof FeedCommit>;
