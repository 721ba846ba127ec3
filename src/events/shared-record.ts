import { Packr } from "msgpackr";
import type { ItemInput } from "#api";
import { assert } from "#base";

/** One record of the shared partition: of the catalogue, or of who is who. */
export type SharedRecord =
  | { readonly kind: "item"; readonly itemId: string; readonly input?: Omit<ItemInput, "itemId"> }
  | { readonly kind: "action" | "surface" | "purpose"; readonly name: string }
  | { readonly kind: "link"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly id: string };

/** The partition of the log that holds what all must agree on, the catalogue and who is who; users live in the others. */
export const SHARED_PARTITION = 0;
const packr = new Packr({ useRecords: false, useToJSON: false });
const VERSION = 1;

export function encodeSharedRecord(record: SharedRecord): Uint8Array {
  return packr.pack([VERSION, record]);
}

export function decodeSharedRecord(bytes: Uint8Array): SharedRecord {
  const [version, record] = packr.unpack(bytes) as [number, SharedRecord]; // our own bytes, whole by the log's checksum
  assert(version === VERSION, `a shared record of version ${VERSION}, not ${version}`);
  return record;
}
