import type { Clock } from "#base";

/** The moment a request asks about: `asOf`, or now. */
export function asOfOf({ asOf }: { asOf?: string }, clock: Clock): number {
  return asOf === undefined ? clock.nowMs() : Date.parse(asOf);
}
