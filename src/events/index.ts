export { type ActionDeclaration, Actions, defaultActions } from "./actions.ts";
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
export { type Applied, Ingestion, type IngestionParts, type IngestResult, partitionOf } from "./ingestion.ts";
export { normalizeMessage, type Rejection, type RejectionCode, validateMessage } from "./message.ts";
export { decodeEvent, type EventKind, encodeEvent, type Fields, type StoredEvent } from "./stored-event.ts";
