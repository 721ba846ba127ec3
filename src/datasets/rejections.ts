import type { RejectedRows } from "./dataset.ts";

const KEPT = 10;

/** Counts the rows that could not be read and keeps the first ten, so that a damaged line never loses a file. */
export class Rejections {
  #count = 0;
  readonly #samples: { readonly file: string; readonly line: number; readonly reason: string }[] = [];

  /** `line` is 1-based. */
  add(file: string, line: number, reason: string): void {
    this.#count++;
    if (this.#samples.length < KEPT) this.#samples.push({ file, line, reason });
  }

  summary(): RejectedRows {
    return { count: this.#count, samples: [...this.#samples] };
  }
}
