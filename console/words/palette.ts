/** @file The ten hues of categories. A name has the same one on every page and every day, because it is made of the name. */
export const HUES = 10;

/** Those that are met most get the hues that are furthest apart. */
const ACTIONS: Readonly<Record<string, number>> = {
  impression: 8,
  view: 4,
  "close-up": 4,
  click: 0,
  save: 1,
  share: 5,
  hide: 3,
  dislike: 3,
  purchase: 2,
  like: 6,
};

export function hueOfAction(action: string): number {
  return ACTIONS[action] ?? hueOf(action);
}

/** FNV-1a of the name. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < name.length; n++) hash = Math.imul(hash ^ name.charCodeAt(n), 0x01000193);
  return (hash >>> 0) % HUES;
}

/**
 * Hues for names that are seen together, the most important first: each its own, or, where another has that, the next that is
 * free; past ten they repeat. Names that are not among them keep their own.
 */
export function assignHues(names: readonly string[]): (name: string) => number {
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names) {
    if (taken.size === HUES) taken.clear();
    let hue = hueOf(name);
    while (taken.has(hue)) hue = (hue + 3) % HUES; // 3 and 10 have no common divisor: every hue is tried
    taken.add(hue);
    hues.set(name, hue);
  }
  return (name) => hues.get(name) ?? hueOf(name);
}

/** As CSS has it. */
export function colorOf(hue: number): string {
  return `var(--hue-${hue})`;
}
