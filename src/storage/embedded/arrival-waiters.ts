/** Those who wait for a partition to grow. */
export class ArrivalWaiters {
  #waiting: { offset: number; resolve: () => void; reject: (error: Error) => void }[] = [];

  /** Resolves when the partition has a record at the offset; rejects when aborted, or when it has failed. */
  wait(offset: number, abort?: AbortSignal): Promise<void> {
    if (abort?.aborted) return Promise.reject(abort.reason);
    return new Promise((resolve, reject) => {
      const settled = (settle: () => void): void => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        abort?.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = (): void => settled(() => reject(abort?.reason));
      const entry = {
        offset,
        resolve: () => settled(resolve),
        reject: (error: Error) => settled(() => reject(error)),
      };
      this.#waiting.push(entry);
      abort?.addEventListener("abort", onAbort);
    });
  }

  /** The partition's records end before `end` now. */
  tell(end: number): void {
    for (const { resolve } of this.#waiting.filter(({ offset }) => offset < end)) resolve();
  }

  fail(failure: Error): void {
    for (const { reject } of [...this.#waiting]) reject(failure);
  }
}
