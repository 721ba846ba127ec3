import type { BlobStore } from "#storage";
import { ERASURES } from "./erasure.ts";

/**
 * Tells who learns from people for long, also in another process, whether one of them was erased meanwhile. What was accepted and not done yet when it began
 * counts, for its events were still there to be read.
 */
export class ErasureWatch {
  readonly #receipts: BlobStore;
  readonly #pending: BlobStore;
  /** Receipts of what was over before. */
  readonly #before: ReadonlySet<string>;
  /** Of those the ones that had failed and are to be tried again, as they read then. */
  readonly #failed: ReadonlyMap<string, string>;

  private constructor(
    receipts: BlobStore,
    pending: BlobStore,
    { before, failed }: { before: ReadonlySet<string>; failed: ReadonlyMap<string, string> },
  ) {
    this.#receipts = receipts;
    this.#pending = pending;
    this.#before = before;
    this.#failed = failed;
  }

  /** Begins now: before the first event is read. `receipts` and `pending` are those of the folder's erasures. */
  static async begin(receipts: BlobStore, pending: BlobStore): Promise<ErasureWatch> {
    const accepted = await receipts.list(ERASURES);
    const { under, failed } = await unfinished(receipts, pending); // after the list: what ends between is over
    const before = new Set(accepted.filter((name) => !under.has(name)));
    return new ErasureWatch(receipts, pending, { before, failed });
  }

  /** Whether an erasure was accepted, tried again or done since. */
  async isBroken(): Promise<boolean> {
    for (const name of await this.#receipts.list(ERASURES)) if (!this.#before.has(name)) return true;
    for (const [name, text] of this.#failed) if ((await textOf(this.#receipts, name)) !== text) return true;
    return false;
  }

  /** Whether one is under way now. */
  async isErasing(): Promise<boolean> {
    return (await unfinished(this.#receipts, this.#pending)).under.size > 0;
  }
}

/** Those that failed are noted as well, until they are tried again: nothing goes on there. */
async function unfinished(receipts: BlobStore, pending: BlobStore) {
  const under = new Set<string>();
  const failed = new Map<string, string>();
  for (const name of await pending.list(ERASURES)) {
    const text = await textOf(receipts, name);
    if (text === undefined || JSON.parse(text).status === "pending") under.add(name);
    else failed.set(name, text);
  }
  return { under, failed };
}

async function textOf(receipts: BlobStore, name: string): Promise<string | undefined> {
  const bytes = await receipts.get(name);
  return bytes && Buffer.from(bytes).toString();
}
