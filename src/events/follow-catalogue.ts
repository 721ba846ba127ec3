import { type EventLog, LogFollower } from "#storage";
import { CATALOGUE_PARTITION, type Catalogue, decodeCatalogueRecord } from "./catalogue.ts";

/** Reads the catalogue's partition into memory from its beginning; the follower still has to be caught up and started. */
export function followCatalogue(
  log: EventLog,
  catalogue: Catalogue,
  onFailure: (error: unknown) => void,
): LogFollower {
  const partition = CATALOGUE_PARTITION;
  const take = (records: readonly { readonly bytes: Uint8Array }[]): void => {
    for (const { bytes } of records) catalogue.apply(decodeCatalogueRecord(bytes));
  };
  return new LogFollower({ log, partition, from: log.start(partition), take, onFailure });
}
