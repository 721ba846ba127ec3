import type { EntityKind, WindowDefinition } from "#declarations";
import { hopBefore } from "./hops.ts";

/** Events after this, exclusive, are in the window that ends at `atMs`; of a session the earliest that can be. */
export function windowStart(window: WindowDefinition, atMs: number, entity: EntityKind): number {
  switch (window.kind) {
    case "lifetime":
      return Number.NEGATIVE_INFINITY;
    case "sliding":
      return entity === "item" ? hopBefore(window, atMs - window.ms) - 1 : atMs - window.ms;
    case "fixed":
      return Math.floor(atMs / window.ms) * window.ms - 1;
    case "session":
      return atMs - window.maxMs;
  }
}
