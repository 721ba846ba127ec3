/** How far somebody has come in a partition, and those who wait for it to come further. */
export class OffsetGate {
  #offset: number;
  #failure: Error | undefined;
  #waiting: {
    readonly offset: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(offset: number) {
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Resolves once everything before `offset` is done; rejects when the gate is closed first. */
  reached(offset: number): Promise<void> {
    if (this.#offset >= offset) return Promise.resolve();
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiting.push({ offset, resolve, reject }));
  }

  advance(offset: number): void {
    this.#offset = offset;
    const arrived = this.#waiting.filter((waiter) => waiter.offset <= offset);
    if (arrived.length === 0) return;
    this.#waiting = this.#waiting.filter((waiter) => waiter.offset > offset);
    for (const { resolve } of arrived) resolve();
  }

  /** Sends away those who wait; who comes later waits again. */
  sendAway(failure: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(failure);
  }

  /** Nothing more will be done. */
  close(failure: Error): void {
    this.#failure = failure;
    this.sendAway(failure);
  }
}
