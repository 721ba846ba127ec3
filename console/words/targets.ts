/** @file What is foretold, by name. */

const TARGETS: Readonly<Record<string, string>> = {
  return7: "comes back within 7 days",
  churn28: "stays away for 28 days",
  downgrade28: "uses it less in 28 days",
  convert7: "buys within 7 days",
};

export function targetWords(target: string): string {
  return TARGETS[target] ?? target;
}
