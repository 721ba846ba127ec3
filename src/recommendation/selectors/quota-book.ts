import type { Quota } from "#declarations";

/** What sources may and must have of every so many places, while a list grows from the top. */
export class QuotaBook {
  readonly #quotas: readonly (readonly [string, Quota])[];
  /** Name of a source -> places it has in the stretch that is being filled. */
  readonly #taken = new Map<string, number>();
  #place = 0;

  constructor(quotas: Readonly<Record<string, Quota>> = {}) {
    this.#quotas = Object.entries(quotas);
  }

  /** Whether the next place may go to a source. */
  allows(source: string): boolean {
    const quota = this.#quotas.find(([name]) => name === source)?.[1];
    return (this.#taken.get(source) ?? 0) < (quota?.atMost ?? Number.POSITIVE_INFINITY);
  }

  /** Sources one of which must have the next place, or theirs would not fit any more; none mostly. */
  owed(): readonly string[] {
    return this.#quotas
      .filter(([name, { within, atLeast = 0 }]) => {
        const missing = atLeast - (this.#taken.get(name) ?? 0);
        return missing > 0 && missing >= within - (this.#place % within) - this.#owedToOthers(name);
      })
      .map(([name]) => name);
  }

  chose(source: string): void {
    this.#taken.set(source, (this.#taken.get(source) ?? 0) + 1);
    this.#place++;
    for (const [name, { within }] of this.#quotas) if (this.#place % within === 0) this.#taken.delete(name);
  }

  /** Places that are spoken for by other sources. */
  #owedToOthers(own: string): number {
    return this.#quotas
      .filter(([name]) => name !== own)
      .reduce((sum, [name, { atLeast = 0 }]) => sum + Math.max(0, atLeast - (this.#taken.get(name) ?? 0)), 0);
  }
}
