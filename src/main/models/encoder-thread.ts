import { OrderThread } from "#base";
import type { ModelId, ModelReference } from "#models";
import type { History } from "#sequences";
import type { EncoderOrder, EncodeTask, LaterItem } from "./encode-worker.ts";

/** Encodes people in a thread of its own, which starts with the first order, and anew after it broke. */
export class EncoderThread {
  readonly #thread: OrderThread<EncoderOrder, Float32Array>;

  constructor(folder: string) {
    const task: EncodeTask = { folder };
    this.#thread = new OrderThread("encode-worker", task);
  }

  /** Vectors of the histories, (histories, D), by one version of a model in the folder; `later`: those of their items that came after its fit. */
  encode(
    model: ModelId,
    histories: readonly History[],
    later: readonly LaterItem[] = [],
  ): Promise<Float32Array> {
    return this.#thread.ask({ model, histories, later });
  }

  /** The thread gives back what it holds of a version; asked for it again, it reads it anew. */
  forget(model: ModelReference): void {
    this.#thread.askRunning({ forget: model })?.catch(() => {}); // nobody waits for it
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
