import { Packr } from "msgpackr";
import type { ItemInput } from "#api";
import { assert, HOUR_MS } from "#base";

/** One record of the shared partition: of the catalogue, or of who is who. */
export type SharedRecord =
  | {
      readonly kind: "item";
      readonly itemId: string;
      readonly input?: Omit<ItemInput, "itemId">;
      /** When this was said, or the event that met the item happened, that to the hour. Earlier versions did not keep it, nor is it kept beside a `createdAt`. */
      readonly knownSinceMs?: number;
    }
  | { readonly kind: "action" | "surface" | "purpose"; readonly name: string }
  | { readonly kind: "link"; readonly from: string; readonly to: string }
  | { readonly kind: "unlink"; readonly id: string };

/** The partition of the log that holds what all must agree on, the catalogue and who is who; users live in the others. */
export const SHARED_PARTITION = 0;
const packr = new Packr({ useRecords: false, useToJSON: false });
const VERSION = 1;

/** Since when an item that an event met is taken to be there. To the hour: the event may be of somebody who is erased later. */
export function metSince(timeMs: number): { readonly knownSinceMs: number } {
  return { knownSinceMs: Math.floor(timeMs / HOUR_MS) * HOUR_MS };
}

export function encodeSharedRecord(record: SharedRecord): Uint8Array {
  return packr.pack([VERSION, record]);
}

export function decodeSharedRecord(bytes: Uint8Array): SharedRecord {
  const [version, record] = packr.unpack(bytes) as [number, SharedRecord]; // our own bytes, whole by the log's checksum
  assert(version === VERSION, `a shared record of version ${VERSION}, not ${version}`);
  return record;
}
