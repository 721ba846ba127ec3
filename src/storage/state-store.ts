import type { Awaitable } from "#base";

/**
 * @file Derived state: an ordered map of byte keys with atomic writes. Everything in it can be thrown away and built
 * again from the log, because the log offset it reflects is written in the same atomic step as the state itself. Keys and
 * prefixes have 1 to 1,900 bytes, the first of which is not zero.
 */
export interface StateStore extends StateReader {
  /** Applies all operations or none, in order. Visible to every later read when it resolves. */
  write(operations: readonly StateOperation[]): Promise<void>;
  /** A view that does not change while others write. Release it: an old view keeps old pages alive. */
  snapshot(): StateSnapshot;
  /** Later reads show what others (threads, processes) have written by now. Own writes show without it. */
  refresh(): void;
  /** Resolves when everything written so far is on disk. */
  flush(): Promise<void>;
  /**
   * Writes the store anew, so that no byte of what was removed is left in its files. Reads and snapshots begun meanwhile wait for a
   * moment; no other thread or process may have the store open, and no snapshot may be held.
   */
  compact(): Promise<void>;
  /** Removes entries whose time has passed; returns how many. */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

export interface StateReader {
  /** The value of each key, `undefined` where there is none or its time has passed. At once where nobody has to wait. */
  get(keys: readonly Uint8Array[]): Awaitable<readonly (Uint8Array | undefined)[]>;
  /** Entries in key order (descending when `reverse`), at most `limit`. */
  scan(range: StateRange): Promise<readonly StateEntry[]>;
}

export interface StateSnapshot extends StateReader {
  release(): void;
}

export interface StateEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface StateRange {
  /** Only keys that begin with these bytes. */
  readonly prefix: Uint8Array;
  /** Only keys at or after this one (ascending), at or before it (descending). A full key. */
  readonly from?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit: number;
}

export type StateOperation =
  | {
      readonly kind: "put";
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly expiresAtMs?: number;
    }
  | { readonly kind: "delete"; readonly key: Uint8Array };
