import { decodeItemMap, encodeItemMap, type ItemMap } from "#profiles";
import type { BlobStore } from "#storage";
import { readDerived } from "../folder/derived-blob.ts";

/** @file The map of a folder's items, kept as one blob: the next one goes on from it. */

const BLOB = "profiles/item-map.json";

export function keepItemMap(blobs: BlobStore, map: ItemMap): Promise<void> {
  return blobs.put(BLOB, encodeItemMap(map));
}

/** `undefined` before the first. */
export function keptItemMap(blobs: BlobStore): Promise<ItemMap | undefined> {
  return readDerived(blobs, BLOB, decodeItemMap);
}
