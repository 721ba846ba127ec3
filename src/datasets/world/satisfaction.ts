import type { Occurrence } from "./session.ts";

/** How people feel about slates: a moving mean of what each was worth to them. */
export interface SatisfactionConfig {
  /** Slates after which satisfaction is mostly of what came since. */
  readonly memorySlates: number;
  /** What one slate is worth: so much a save, a close-up, a hide. */
  readonly worth: { readonly save: number; readonly closeUp: number; readonly hide: number };
}

/** How satisfaction moves the rate of sessions and the hazards of coming and going. */
export interface HazardsConfig extends SatisfactionConfig {
  /** Worth of a slate at which they are those of `presence`; people begin with it. */
  readonly usual: number;
  /** Logarithm of the factor that one more of satisfaction makes: on sessions, against lapsing and leaving, on coming back. */
  readonly sessions: number;
  readonly lapsing: number;
  readonly leaving: number;
  readonly comingBack: number;
  /** No factor is below or above. */
  readonly least: number;
  readonly most: number;
}

/** What a slate was worth, by what it led to. */
export function worthOf({ worth }: SatisfactionConfig, ofSlate: Iterable<Occurrence>): number {
  let sum = 0;
  for (const { action } of ofSlate) {
    if (action === "save") sum += worth.save;
    if (action === "close-up") sum += worth.closeUp;
    if (action === "hide") sum += worth.hide;
  }
  return sum;
}

/** Satisfaction after a slate of that worth. */
export function afterSlate({ memorySlates }: SatisfactionConfig, before: number, worth: number): number {
  return before + (worth - before) / memorySlates;
}

/** Satisfaction after a visit: slate by slate, in order. */
export function afterVisit(
  config: SatisfactionConfig,
  before: number,
  occurrences: readonly Occurrence[],
): number {
  const slates = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const slate = slates.get(occurrence.slateId);
    if (slate) slate.push(occurrence);
    else slates.set(occurrence.slateId, [occurrence]);
  }
  let satisfaction = before;
  for (const slate of slates.values())
    satisfaction = afterSlate(config, satisfaction, worthOf(config, slate));
  return satisfaction;
}
