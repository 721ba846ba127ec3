import type { ServedModels } from "./served-models.ts";

/**
 * The models that answer now, and their change for others: who comes from then on is answered by the new ones, who was there before is
 * answered to the end by the old ones.
 */
export class ModelsInService {
  #current: ServedModels;
  /** Of each set, how many are being answered by it, and who waits for the last of them. */
  readonly #inUse = new Map<ServedModels, { count: number; whenFree: (() => void) | undefined }>();

  constructor(first: ServedModels) {
    this.#current = first;
  }

  get current(): ServedModels {
    return this.#current;
  }

  /** `work` with the models of this moment, which stay as they are until it is over. */
  async use<Result>(work: (models: ServedModels) => Promise<Result>): Promise<Result> {
    const models = this.#current;
    const use = this.#inUse.get(models) ?? { count: 0, whenFree: undefined };
    this.#inUse.set(models, use);
    use.count++;
    try {
      return await work(models);
    } finally {
      use.count--;
      if (use.count === 0) {
        this.#inUse.delete(models);
        use.whenFree?.();
      }
    }
  }

  /** From now on `next` answers. Resolves when nobody is answered by the models before any more. */
  replace(next: ServedModels): Promise<void> {
    const use = this.#inUse.get(this.#current);
    this.#current = next;
    if (!use) return Promise.resolve();
    return new Promise((free) => {
      use.whenFree = free;
    });
  }
}
