export { type ActionDeclaration, Actions } from "./actions.ts";
export {
  CATALOGUE_PARTITION,
  Catalogue,
  type CatalogueRecord,
  decodeCatalogueRecord,
  encodeCatalogueRecord,
  type Item,
  UNNAMED,
  type Vocabulary,
} from "./catalogue.ts";
export { followCatalogue } from "./follow-catalogue.ts";
export { type Applied, Ingestion, type IngestionParts, type IngestResult, partitionOf } from "./ingestion.ts";
export type { Rejection, RejectionCode } from "./message.ts";
export { decodeEvent, type EventKind, encodeEvent, type Fields, type StoredEvent } from "./stored-event.ts";
