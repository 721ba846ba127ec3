import type { Catalogue, IdentityGraph } from "#events";
import type { EventLog, StateReader } from "#storage";

/** What features are read from. */
export interface FeatureContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  /** Read where the ids of one person chose differently. */
  readonly log: Pick<EventLog, "partitionCount" | "start" | "read">;
}
