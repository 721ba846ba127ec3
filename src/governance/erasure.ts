import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "#base";
import type { BlobStore } from "#storage";
import type { FolderScan } from "./scan-folder.ts";

/**
 * @file Forgetting a person: every store says how it forgets and how it looks whether it did; here they are asked in turn, and
 * what they did is written down in a receipt anybody may read, for it names the person only by salted hashes.
 *
 *     pending record (has the ids) -> each store forgets -> each store looks -> raw bytes are searched -> receipt -> record removed
 *
 * Whatever a crash interrupts is done again from the beginning at the next start: forgetting twice changes nothing. Events
 * of an erased id that come later are those of a new person.
 */
export interface Forgets {
  readonly name: string;
  /**
   * Removes everything of the ids and counts what went. Doing it again removes what a crash left. Where a store may give up what
   * others said of them, what has one of the values goes too.
   */
  forget(ids: readonly string[], values: readonly string[]): Promise<Removed>;
  /** How many traces the store still finds when it looks as its readers do. */
  verify(ids: readonly string[], values: readonly string[]): Promise<number>;
}

/** What went, by kind: `{ rows: 12, filesRewritten: 1 }`. */
export type Removed = Readonly<Record<string, number>>;

export interface ErasureReceipt {
  readonly erasureId: string;
  readonly status: "pending" | "done" | "failed";
  readonly requestedAt: string;
  readonly finishedAt?: string;
  /** Who was erased: SHA-256 of the salt followed by each id, hexadecimal. Whoever knows an id can check that it was meant. */
  readonly subject: {
    readonly algorithm: "sha256";
    readonly salt: string;
    readonly idHashes: readonly string[];
  };
  readonly stores: readonly StoreReceipt[];
  readonly verification?: Verification;
  /** Why it failed. */
  readonly reason?: string;
}

export interface StoreReceipt {
  readonly name: string;
  readonly removed: Removed;
  readonly at: string;
}

export interface Verification {
  readonly at: string;
  readonly isClean: boolean;
  /** New events of the ids came since: those of a new person, and the search finds them. */
  readonly cameAgain: boolean;
  /** Traces each store still finds by its own means. */
  readonly traces: Removed;
  /** Search of the raw bytes of the whole data folder for the ids and the values given. */
  readonly scan: FolderScan;
}

export interface ErasureParts {
  /** In the order in which they forget: what is derived from a store comes after it, unless it needs the store to forget. */
  readonly stores: readonly Forgets[];
  /** Where receipts are kept. */
  readonly receipts: BlobStore;
  /** Where requests that are not done are kept, ids and all; left out of the search. */
  readonly pending: BlobStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** These ids, and all others that belong to the same people by now. */
  readonly withLinked: (ids: readonly string[]) => readonly string[];
  /** Keeps the stores from being written by others until what it returns is called. */
  readonly hold: () => Promise<() => Promise<void>>;
  readonly scan: (values: readonly string[]) => Promise<FolderScan>;
  /** Whether events of the ids came after they were forgotten. */
  readonly cameAgain: (ids: readonly string[]) => Promise<boolean>;
  readonly onNotice: (message: string) => void;
}

/** A request on its way. */
interface Pending {
  readonly erasureId: string;
  readonly ids: readonly string[];
  /** Unique values that must not be found afterwards either. */
  readonly values: readonly string[];
  readonly requestedAt: string;
  readonly salt: string;
  readonly stores: readonly StoreReceipt[];
}

export class Erasures {
  readonly #parts: ErasureParts;
  #work: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
  }

  /**
   * Notes the request durably and begins it in the background, after those before it. Gives the id of its receipt.
   * @throws PlatformError `not-ready` when the disk is full: then nothing was begun
   */
  async begin(ids: readonly string[], values: readonly string[] = []): Promise<string> {
    const { newId } = this.#parts;
    const salt = randomBytes(16).toString("hex");
    const pending = { erasureId: newId(), ids, values, requestedAt: this.#now(), salt, stores: [] };
    await this.#note(pending);
    await this.#write(receiptOf(pending, "pending")).catch(async (error: unknown) => {
      await this.#parts.pending.delete(nameOf(pending.erasureId)); // refused, so not done later either
      throw error;
    });
    void this.#enqueue(pending).catch(() => {}); // its receipt tells
    return pending.erasureId;
  }

  async receipt(erasureId: string): Promise<ErasureReceipt | undefined> {
    if (!/^[0-9a-f-]{36}$/.test(erasureId)) return undefined;
    const bytes = await this.#parts.receipts.get(nameOf(erasureId));
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as ErasureReceipt); // written by us
  }

  /** Does what a crash interrupted. Resolves when all of it is done, or has failed again. */
  async resume(): Promise<void> {
    const { pending } = this.#parts;
    for (const name of await pending.list("")) {
      const bytes = await pending.get(name);
      const request = JSON.parse(Buffer.from(bytes!).toString()) as Pending; // written by us, in one step
      const receipt = await this.receipt(request.erasureId);
      if (receipt?.status === "done") await pending.delete(name);
      else await this.#enqueue(request).catch(() => {}); // its receipt and a notice tell
    }
  }

  /** Resolves when every request so far is done or has failed. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Finishes the one it is at; those that wait are done at the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#work;
  }

  #enqueue(request: Pending): Promise<void> {
    const run = this.#work.then(() => (this.#isClosing ? undefined : this.#erase(request)));
    this.#work = run.catch(() => {});
    return run;
  }

  async #erase(request: Pending): Promise<void> {
    let reached = request;
    try {
      const release = await this.#parts.hold();
      try {
        // Linked since it was asked for: noted before anything is forgotten, for nobody knows it afterwards.
        reached = { ...request, ids: this.#parts.withLinked(request.ids) };
        await this.#note(reached);
        await this.#write(receiptOf(reached, "pending")); // one that had failed is under way again
        for (const store of this.#parts.stores) {
          const removed = await store.forget(reached.ids, reached.values);
          reached = { ...reached, stores: addReceipt(reached.stores, store.name, removed, this.#now()) };
          await this.#note(reached);
        }
      } finally {
        await release();
      }
      const verification = await this.#verify(reached);
      const status = verification.isClean ? "done" : "failed";
      const reason = verification.isClean ? {} : { reason: "traces are left; see verification" };
      await this.#write({ ...receiptOf(reached, status), finishedAt: this.#now(), verification, ...reason });
      // Traces in a store can be removed by doing it again; bytes elsewhere, in other people's records, cannot.
      if (verification.isClean || Object.values(verification.traces).every((count) => count === 0))
        await this.#parts.pending.delete(nameOf(request.erasureId));
    } catch (error) {
      const reason = withoutIds(String(error), reached);
      this.#parts.onNotice(
        `erasure ${request.erasureId} failed: ${reason}; it is tried again at the next start`,
      );
      await this.#write({ ...receiptOf(reached, "failed"), finishedAt: this.#now(), reason });
      throw error;
    }
  }

  async #verify({ ids, values }: Pending): Promise<Verification> {
    const traces: Record<string, number> = {};
    for (const store of this.#parts.stores) traces[store.name] = await store.verify(ids, values);
    const rawIds = ids.flatMap((id) => [id, id.replace(/^anonymous:/, "")]);
    const scan = await this.#parts.scan([...rawIds, ...values]);
    const isEmpty = scan.found.length === 0 && Object.values(traces).every((count) => count === 0);
    const cameAgain = await this.#parts.cameAgain(ids);
    // Those know what was there before from what came since.
    const isGone = !traces["log"] && !traces["dead-letters"] && !traces["served-lists"];
    const isClean = isEmpty || (cameAgain && isGone);
    return { at: this.#now(), isClean, cameAgain, traces, scan };
  }

  #note(request: Pending): Promise<void> {
    return this.#parts.pending.put(nameOf(request.erasureId), Buffer.from(JSON.stringify(request)));
  }

  #write(receipt: ErasureReceipt): Promise<void> {
    return this.#parts.receipts.put(nameOf(receipt.erasureId), Buffer.from(JSON.stringify(receipt, null, 2)));
  }

  #now(): string {
    return new Date(this.#parts.clock.nowMs()).toISOString();
  }
}

/** Under which receipts and requests are kept, alike. */
export const ERASURES = "erasures/";

function nameOf(erasureId: string): string {
  return `${ERASURES}${erasureId}.json`;
}

function receiptOf(request: Pending, status: ErasureReceipt["status"]): ErasureReceipt {
  const { erasureId, ids, requestedAt, salt, stores } = request;
  const idHashes = ids.map((id) => hashId(salt, id));
  return { erasureId, status, requestedAt, subject: { algorithm: "sha256", salt, idHashes }, stores };
}

/** How a receipt names an id. */
export function hashId(salt: string, id: string): string {
  return createHash("sha256").update(salt).update(id).digest("hex");
}

/** What went before a crash and after it went in the same erasure. */
function addReceipt(
  stores: readonly StoreReceipt[],
  name: string,
  removed: Removed,
  at: string,
): StoreReceipt[] {
  const before = stores.find((store) => store.name === name)?.removed ?? {};
  const sums = Object.entries(removed).map(([kind, count]) => [kind, count + (before[kind] ?? 0)]);
  const others = stores.filter((store) => store.name !== name);
  return [...others, { name, removed: Object.fromEntries(sums) as Removed, at }];
}

function withoutIds(text: string, { ids, values }: Pending): string {
  return [...ids, ...values].reduce((clean, id) => clean.replaceAll(id, "(erased)"), text);
}
