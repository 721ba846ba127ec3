import { availableParallelism } from "node:os";
import type { Catalogue } from "#events";
import type { ServedEncoder } from "#profiles";
import { ItemIndex, type ItemIndexReport } from "./item-index.ts";

export interface ItemIndexesOptions {
  readonly catalogue: Catalogue;
  /** Told in one sentence what failed and is tried again. */
  readonly onNotice: (message: string) => void;
}

/** From so many items on, searches leave the serving thread. */
const LARGE = 100_000;
const MOST_THREADS = 4;

/**
 * The index in service, and its change for that of another model: the next one is filled while this one answers, then takes its place at
 * once. Whoever searches holds on to the index whose model made the vector, so no search mixes the two.
 */
export class ItemIndexes {
  readonly #options: ItemIndexesOptions;
  #current: ItemIndex | undefined;
  #making: Promise<unknown> = Promise.resolve();

  constructor(options: ItemIndexesOptions) {
    this.#options = options;
  }

  get current(): ItemIndex | undefined {
    return this.#current;
  }

  get reports(): readonly ItemIndexReport[] {
    return this.#current ? [this.#current.report] : [];
  }

  /** Puts the index of a model in service, or none; resolves when it is. One at a time. */
  async serve(encoder: ServedEncoder | undefined): Promise<void> {
    const take = await this.prepare(encoder);
    await take()?.close();
  }

  /**
   * Makes the index of a model, or none, beside the one in service. What it resolves with puts it in that one's place at once and gives back the
   * earlier one, to be closed after the last who searches it. One at a time.
   */
  prepare(encoder: ServedEncoder | undefined): Promise<() => ItemIndex | undefined> {
    const making = this.#making.then(() => this.#make(encoder));
    this.#making = making.catch(() => {}); // whoever asked for it is told
    return making;
  }

  async close(): Promise<void> {
    await this.#making;
    await this.#current?.close();
    this.#current = undefined;
  }

  async #make(encoder: ServedEncoder | undefined): Promise<() => ItemIndex | undefined> {
    if (this.#current?.encoder.version === encoder?.version) return () => undefined;
    const { catalogue, onNotice } = this.#options;
    const threads =
      catalogue.itemCount < LARGE ? 0 : Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1));
    const next = encoder && (await ItemIndex.make(encoder, catalogue, { threads, onNotice }));
    if (this.#current) await next?.settled(); // without lists it would compare with everything, while the present one has them
    return () => {
      const before = this.#current;
      this.#current = next;
      return before;
    };
  }
}
