import { type EventLog, LogFollower } from "#storage";
import type { Catalogue } from "./catalogue.ts";
import type { IdentityGraph } from "./identity.ts";
import { decodeSharedRecord, SHARED_PARTITION } from "./shared-record.ts";

/** What the shared partition is read into. Whoever needs only one of the two leaves the other out. */
export interface SharedViews {
  readonly catalogue?: Catalogue;
  readonly identity?: IdentityGraph;
}

/** Reads the shared partition into memory from its beginning; the follower still has to be caught up and started. */
export function followShared(
  log: EventLog,
  { catalogue, identity }: SharedViews,
  onFailure: (error: unknown) => void,
): LogFollower {
  const partition = SHARED_PARTITION;
  const take = (records: readonly { readonly bytes: Uint8Array }[]): void => {
    for (const { bytes } of records) {
      if (bytes.length === 0) continue; // erased
      const record = decodeSharedRecord(bytes);
      if (record.kind === "link") identity?.link(record);
      else if (record.kind === "unlink") identity?.unlink(record.id);
      else catalogue?.apply(record);
    }
  };
  return new LogFollower({ log, partition, from: log.start(partition), take, onFailure });
}
