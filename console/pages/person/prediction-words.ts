/** @file What is foretold, in words. */

const TARGETS: Readonly<Record<string, string>> = {
  return7: "comes back within 7 days",
  churn28: "stays away for 28 days",
  downgrade28: "uses it less in 28 days",
  convert7: "buys within 7 days",
};

export function targetWords(target: string): string {
  return TARGETS[target] ?? target;
}

interface Driver {
  readonly name: string;
  readonly effect: number;
}

/** The drivers that move it most, as signed words: "+ recency, − activeDays". */
export function driverWords(drivers: readonly Driver[], most: number): string {
  return [...drivers]
    .sort((left, right) => Math.abs(right.effect) - Math.abs(left.effect))
    .slice(0, most)
    .map(({ name, effect }) => `${effect < 0 ? "−" : "+"} ${name.replaceAll("_", " ")}`)
    .join(", ");
}
