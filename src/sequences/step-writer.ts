import { nextTurn } from "#base";
import type { StateEntry, StateOperation, StateRange, StateReader, StateStore } from "#storage";

/**
 * @file State as it will be when the step that is being written is there, so that the next one can be made meanwhile: making a
 * step keeps this thread busy, writing it another. A step whose writing fails stays, and is tried again before anything else.
 */
export class StepWriter implements StateReader {
  readonly #state: Pick<StateStore, "get" | "scan" | "write" | "refresh">;
  #step: UnwrittenStep | undefined;

  constructor(state: Pick<StateStore, "get" | "scan" | "write" | "refresh">) {
    this.#state = state;
  }

  async get(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const step = this.#step;
    if (!step) return this.#state.get(keys);
    const own = keys.map((key) => step.values.get(textOf(key)));
    const elsewhere = keys.filter((_, n) => own[n] === undefined);
    const stored = (await this.#state.get(elsewhere)).values();
    return own.map((value) => (value ? value.bytes : stored.next().value));
  }

  /** A range that the step changes is read when the step is written. */
  async scan(range: StateRange): Promise<readonly StateEntry[]> {
    if (this.#step?.hasKeyWith(textOf(range.prefix))) await this.settle();
    return this.#state.scan(range);
  }

  /**
   * Resolves when the step before is written and the writing of this one has begun; `onWritten` is told when later reads of the state show it.
   * A turn goes by in between: LMDB's thread is given what it is to write at the end of one, so without it that would be when the next step is made.
   */
  async write(operations: readonly StateOperation[], onWritten: () => void): Promise<void> {
    await this.settle();
    const step = new UnwrittenStep(operations, onWritten);
    this.#step = step;
    this.#start(step);
    await nextTurn();
  }

  /** Resolves when nothing is left to be written. Rejects when it cannot be; the next call tries again. */
  async settle(): Promise<void> {
    const step = this.#step;
    if (!step) return;
    if (step.hasFailed) this.#start(step);
    await step.writing;
  }

  #start(step: UnwrittenStep): void {
    step.hasFailed = false;
    step.writing = this.#put(step);
    step.writing.catch(() => {
      step.hasFailed = true; // who settles hears of it
    });
  }

  async #put(step: UnwrittenStep): Promise<void> {
    await this.#state.write(step.operations);
    this.#state.refresh(); // what was read meanwhile may have opened a view without it
    this.#step = undefined;
    step.onWritten();
  }
}

class UnwrittenStep {
  readonly operations: readonly StateOperation[];
  readonly onWritten: () => void;
  /** By key; without bytes where the key is deleted. */
  readonly values: ReadonlyMap<string, { readonly bytes?: Uint8Array }>;
  writing: Promise<void> = Promise.resolve();
  hasFailed = false;
  #sortedKeys: readonly string[] | undefined;

  constructor(operations: readonly StateOperation[], onWritten: () => void) {
    this.operations = operations;
    this.onWritten = onWritten;
    const values = new Map<string, { readonly bytes?: Uint8Array }>();
    for (const operation of operations)
      values.set(textOf(operation.key), operation.kind === "put" ? { bytes: operation.value } : {});
    this.values = values;
  }

  hasKeyWith(prefix: string): boolean {
    this.#sortedKeys ??= [...this.values.keys()].sort();
    const keys = this.#sortedKeys;
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    return keys[low]?.startsWith(prefix) ?? false;
  }
}

/** A character per byte, so that texts are in the order of keys. */
function textOf(key: Uint8Array): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return bytes.toString("latin1");
}
