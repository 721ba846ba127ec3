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

  private constructor(receipts: BlobStore, pending: BlobStore, before: ReadonlySet<string>) {
    this.#receipts = receipts;
    this.#pending = pending;
    this.#before = before;
  }

  /** Begins now: before the first event is read. `receipts` and `pending` are those of the folder's erasures. */
  static async begin(receipts: BlobStore, pending: BlobStore): Promise<ErasureWatch> {
    const accepted = await receipts.list(ERASURES);
    const under = new Set(await unfinished(receipts, pending)); // after the list: what ends between is over
    return new ErasureWatch(receipts, pending, new Set(accepted.filter((name) => !under.has(name))));
  }

  /** Whether an erasure was accepted, or done, since. */
  async isBroken(): Promise<boolean> {
    return (await this.#receipts.list(ERASURES)).some((name) => !this.#before.has(name));
  }

  /** Whether one is under way now. */
  async isErasing(): Promise<boolean> {
    return (await unfinished(this.#receipts, this.#pending)).length > 0;
  }
}

/** Those that failed are noted as well, until they are tried again: nothing goes on there. */
async function unfinished(receipts: BlobStore, pending: BlobStore): Promise<string[]> {
  const names: string[] = [];
  for (const name of await pending.list(ERASURES)) {
    const receipt = await receipts.get(name);
    if (!receipt || JSON.parse(Buffer.from(receipt).toString()).status === "pending") names.push(name);
  }
  return names;
}
