import { monotonicMs } from "#base";
import type { ModelReference } from "#models";

/** What models took of one answer, ms: what they compute for it is computed once, however many sources and scorers ask, and counted once. */
export class ModelTimes {
  readonly #ms = new Map<ModelReference, number>();

  get ms(): ReadonlyMap<ModelReference, number> {
    return this.#ms;
  }

  async during<Value>(model: ModelReference, work: () => Promise<Value>): Promise<Value> {
    const startedMs = monotonicMs();
    const value = await work();
    this.#ms.set(model, (this.#ms.get(model) ?? 0) + monotonicMs() - startedMs);
    return value;
  }
}
