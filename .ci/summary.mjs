// Prints the runner's own counts as one plain line, and fails when nothing ran or something was skipped.
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const skipped = numPendingTests + numTodoTests;
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`);
process.exitCode = numPassedTests === 0 || numFailedTests > 0 || skipped > 0 ? 1 : 0;
