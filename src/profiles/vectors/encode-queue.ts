import { assert } from "#base";
import type { History } from "#sequences";

/** Histories -> their vectors, (histories, D), off this thread. */
export type EncodeBatch = (histories: readonly History[]) => Promise<Float32Array>;

/** People encoded at once: one to two milliseconds at D 64 and 50 engagements each. Larger batches are no quicker a person. */
const BATCH = 16;

interface Waiting {
  readonly history: History;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Encodes for many who ask at once. One batch is under way at a time, and who comes meanwhile goes together in the next; nobody waits
 * for company: without a batch under way, those of one turn of the event loop set off. So the first `BATCH` who wait, wait for one batch
 * at most. Whoever encodes many people for later (`encodeLater`) gives way to who asks for one now.
 */
export class EncodeQueue {
  readonly #encode: EncodeBatch;
  readonly #now: Waiting[] = [];
  readonly #later: Waiting[] = [];
  #isBusy = false;

  constructor(encode: EncodeBatch) {
    this.#encode = encode;
  }

  /** The vector of one history: (D). Rejects with what the encoding failed of. */
  encode(history: History): Promise<Float32Array> {
    return this.#wait(this.#now, history);
  }

  /** The vectors of many, in order, after those asked for now. */
  encodeLater(histories: readonly History[]): Promise<Float32Array[]> {
    return Promise.all(histories.map((history) => this.#wait(this.#later, history)));
  }

  #wait(line: Waiting[], history: History): Promise<Float32Array> {
    const vector = new Promise<Float32Array>((resolve, reject) => line.push({ history, resolve, reject }));
    if (!this.#isBusy) {
      this.#isBusy = true;
      setImmediate(() => void this.#run());
    }
    return vector;
  }

  /** Until nobody waits. */
  async #run(): Promise<void> {
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
      try {
        const vectors = await this.#encode(batch.map(({ history }) => history));
        const width = vectors.length / batch.length;
        assert(Number.isInteger(width), "every history has a vector");
        for (const [row, { resolve }] of batch.entries())
          resolve(vectors.slice(row * width, (row + 1) * width));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isBusy = false;
  }

  #next(): Waiting[] {
    return (this.#now.length > 0 ? this.#now : this.#later).splice(0, BATCH);
  }
}
