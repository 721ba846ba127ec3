import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts", "console/**/*.test.ts"],
    // Nothing is asserted of time, so patience costs nothing where all is well, and a slow machine is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    // Tests of servers wait much of their time: where there are two processors, two files at once leave a fifth of it unused.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
});
