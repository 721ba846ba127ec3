import { parentPort, type TransferListItem, type Worker } from "node:worker_threads";
import { assert } from "./assert.ts";
import { startThread } from "./threads.ts";

interface Numbered<Order> {
  readonly number: number;
  readonly order: Order;
}

type Answer<Result> = { readonly number: number } & (
  | { readonly result: Result }
  | { readonly fault: string }
);

interface Pending<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that follows orders, each of which it answers. It starts with the first one, and anew after it broke. */
export class OrderThread<Order, Result> {
  readonly #start: () => Worker;
  readonly #opening: () => Iterable<Order>;
  readonly #pending = new Map<number, Pending<Result>>();
  #worker: Worker | undefined;
  #orders = 0;

  /** `opening`: what a thread has to hear before anything else. */
  constructor(name: `${string}-worker`, task: unknown, opening: () => Iterable<Order> = () => []) {
    this.#start = () => startThread(name, task);
    this.#opening = opening;
  }

  /** Rejects with what following the order failed of, and when the thread ends. */
  ask(order: Order): Promise<Result> {
    return this.#post(this.#worker ?? this.#started(), order);
  }

  /** As {@link ask}, of a thread that runs; `undefined` where none does. */
  askRunning(order: Order): Promise<Result> | undefined {
    return this.#worker && this.#post(this.#worker, order);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#giveUp(new Error("the thread was closed"));
  }

  #started(): Worker {
    const worker = this.#start();
    this.#worker = worker;
    worker.on("message", (answer: Answer<Result>) => {
      const waiting = this.#pending.get(answer.number);
      this.#pending.delete(answer.number);
      if ("fault" in answer) waiting?.reject(new Error(answer.fault));
      else waiting?.resolve(answer.result);
    });
    const end = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#giveUp(error);
    };
    worker.once("error", end);
    worker.once("exit", () => end(new Error("the thread has ended")));
    for (const order of this.#opening()) this.#post(worker, order).catch(() => {}); // who relies on it is told
    return worker;
  }

  #post(worker: Worker, order: Order): Promise<Result> {
    const numbered: Numbered<Order> = { number: this.#orders++, order };
    return new Promise((resolve, reject) => {
      this.#pending.set(numbered.number, { resolve, reject });
      worker.postMessage(numbered);
    });
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** The other end: follows the orders of an {@link OrderThread} in this thread. `moved`: what of a result goes over without a copy. */
export function followOrders<Order, Result>(
  follow: (order: Order) => Promise<Result>,
  moved: (result: Result) => readonly TransferListItem[] = () => [],
): void {
  assert(parentPort, "this file runs as a worker thread");
  const port = parentPort;
  port.on("message", ({ number, order }: Numbered<Order>) => {
    follow(order).then(
      (result) => port.postMessage({ number, result } satisfies Answer<Result>, moved(result)),
      (error: unknown) => port.postMessage({ number, fault: String(error) } satisfies Answer<Result>),
    );
  });
}
