import type { BlobStore } from "#storage";

/** What is worked out anew where it is not there; so is what cannot be read, for a disk may have kept half of it. */
export async function readDerived<Value>(
  blobs: BlobStore,
  name: string,
  decode: (bytes: Uint8Array) => Value,
): Promise<Value | undefined> {
  const bytes = await blobs.get(name);
  try {
    return bytes && decode(bytes);
  } catch {
    return undefined;
  }
}
