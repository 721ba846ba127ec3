import type { Worker } from "node:worker_threads";
import { startThread } from "#base";
import type { ModelId, ModelReference } from "#models";
import type { History } from "#sequences";
import type { EncodeMessage, EncodeOrder, ForgetOrder, LaterItem } from "./encode-worker.ts";

interface Pending {
  readonly resolve: (vectors: Float32Array) => void;
  readonly reject: (error: Error) => void;
}

/** Encodes people in a thread of its own, which starts with the first order, and anew after it broke. */
export class EncoderThread {
  readonly #folder: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #orders = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Vectors of the histories, (histories, D), by one version of a model in the folder; `later`: those of their items that came after its fit. */
  encode(
    model: ModelId,
    histories: readonly History[],
    later: readonly LaterItem[] = [],
  ): Promise<Float32Array> {
    const order: EncodeOrder = { order: this.#orders++, model, histories, later };
    return new Promise((resolve, reject) => {
      this.#pending.set(order.order, { resolve, reject });
      this.#started().postMessage(order);
    });
  }

  /** The thread gives back what it holds of a version; asked for it again, it reads it anew. */
  forget(model: ModelReference): void {
    const order: ForgetOrder = { forget: model };
    this.#worker?.postMessage(order);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#giveUp(new Error("the encoding thread was closed"));
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = startThread("encode-worker", { folder: this.#folder });
    this.#worker = worker;
    worker.on("message", (message: EncodeMessage) => {
      const waiting = this.#pending.get(message.order);
      this.#pending.delete(message.order);
      if ("vectors" in message) waiting?.resolve(message.vectors);
      else waiting?.reject(new Error(message.fault));
    });
    const end = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#giveUp(error);
    };
    worker.once("error", end);
    worker.once("exit", () => end(new Error("the encoding thread has ended")));
    return worker;
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
