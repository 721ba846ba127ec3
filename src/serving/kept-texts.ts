import { LeastRecentlyUsed } from "#base";

/** Answers a text is kept of: some tens of kilobytes each. */
const KEPT = 1000;

/**
 * @file The text of an answer, kept beside the values it says and sent again for as long as whoever works them out gives the very same ones. To
 * make bodies and text of what was worked out long ago costs more than all else of a read. `computedAt` in it says when that was.
 */
export class KeptTexts {
  readonly #texts = new LeastRecentlyUsed<
    string,
    { readonly basis: readonly unknown[]; readonly text: Buffer }
  >(KEPT);

  /** The text kept for a request, when it was made of exactly these values. */
  of(request: string, basis: readonly unknown[]): Buffer | undefined {
    const kept = this.#texts.get(request);
    const isSame =
      kept && kept.basis.length === basis.length && kept.basis.every((value, n) => value === basis[n]);
    return isSame ? kept.text : undefined;
  }

  keep(request: string, basis: readonly unknown[], text: Buffer): void {
    this.#texts.set(request, { basis, text });
  }
}
