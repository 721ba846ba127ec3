/**
 * @file Immutable artifacts (models, indexes, snapshots): whole byte strings under a name. A name is either absent or
 * complete; a reader never sees half of one.
 */
export interface BlobStore {
  /** Stores `bytes` under `name`, in place of what was there. Names: `a-z 0-9 . _ -`, parts divided by `/`. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, where nothing is under `name`; otherwise false, and nothing changes. Of several at once one succeeds. */
  putNew(name: string, bytes: Uint8Array): Promise<boolean>;
  /** The bytes, or `undefined` when there is no such blob. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** How many bytes there are, unread; `undefined` when there is no such blob. */
  sizeOf(name: string): Promise<number | undefined>;
  /** Names that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Removes it; nothing happens when it is not there. */
  delete(name: string): Promise<void>;
}

/** True for names every engine can hold: no empty, `.` or `..` part, no character with a meaning to a file system. */
export function isBlobName(name: string): boolean {
  return name.length <= 500 && name.split("/").every((part) => /^[a-z0-9_-][a-z0-9._-]*$/.test(part));
}
