import { type Static, Type } from "typebox";
import { AnyKey, IsoTime, ModelVersion } from "./common.ts";

export const HealthResponse = Type.Object({
  status: Type.String({ description: "ok, or what is wrong" }),
  lagRecords: Type.Integer({ description: "Records in the log that state does not show yet" }),
});

/** `GET /`: what this is, and where to go on. */
export const PlatformResponse = Type.Object({
  name: Type.String(),
  version: Type.String(),
  dataset: Type.Union([Type.String(), Type.Null()]),
  clock: Type.Object({
    kind: Type.String({ description: "system, or historical: now is the newest event's time" }),
    now: IsoTime,
    areTimesMadeUp: Type.Boolean({
      description: "True when the source kept the order of events and not their times",
    }),
  }),
  items: Type.Integer(),
  undeclaredEvents: Type.Record(AnyKey, Type.Integer(), {
    description: "Names of stored events that declare no action, with how often each came",
  }),
  featuresNotApplied: Type.Optional(
    Type.String({
      description: "Where other features are declared than are served: what applying them would do",
    }),
  ),
  models: Type.Object({ personal: ModelVersion, coldStart: ModelVersion }),
  links: Type.Record(Type.String(), Type.String()),
});

export type HealthResponse = Static<typeof HealthResponse>;
export type PlatformResponse = Static<typeof PlatformResponse>;
