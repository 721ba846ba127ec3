import { HOUR_MS } from "#base";

/**
 * @file What a person carries from one slate to the next: tiredness of leaves, items engaged with and saved, the last item
 * that caught them. The only mutable state of a simulated person; it forgets what no longer matters, so that ten thousand
 * people fit in memory at once.
 */
export class PersonMemory {
  readonly engaged = new Set<number>();
  readonly saved = new Set<number>();
  /** Last item engaged with: where "related" starts from. */
  seedRow: number | undefined;
  /** When the last session ended. */
  lastEndMs = Number.NEGATIVE_INFINITY;
  readonly #fadeMs: number;
  /** leaf -> faded count of impressions as of `atMs`. */
  readonly #tiredness = new Map<number, { readonly count: number; readonly atMs: number }>();

  constructor(fatigueHours: number) {
    this.#fadeMs = fatigueHours * HOUR_MS;
  }

  /** Recent impressions of a leaf: each counts 1 when shown and `exp(-age / fatigueHours)` later. */
  fatigueOf(leaf: number, timeMs: number): number {
    const entry = this.#tiredness.get(leaf);
    return entry ? entry.count * Math.exp((entry.atMs - timeMs) / this.#fadeMs) : 0;
  }

  showed(leaf: number, timeMs: number): void {
    this.#tiredness.set(leaf, { count: 1 + this.fatigueOf(leaf, timeMs), atMs: timeMs });
  }

  /** Drops the leaves whose fatigue has faded below a twentieth of an impression. */
  forget(timeMs: number): void {
    for (const leaf of this.#tiredness.keys())
      if (this.fatigueOf(leaf, timeMs) < 0.05) this.#tiredness.delete(leaf);
  }
}
