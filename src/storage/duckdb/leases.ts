/** Who reads the files of a moment. A file that is no longer needed is removed when those who may have it open are done. */
export class Leases {
  readonly #held = new Set<Promise<void>>();

  /** Begins reading; call what is returned when it is over. */
  take(): () => void {
    let release = (): void => {};
    const lease = new Promise<void>((done) => {
      release = done;
    });
    this.#held.add(lease);
    return () => {
      this.#held.delete(lease);
      release();
    };
  }

  /** Resolves when everyone who reads now is done; later readers are not waited for. */
  async ended(): Promise<void> {
    await Promise.all(this.#held);
  }
}

/** Runs tasks one after the other, in the order they were given. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
