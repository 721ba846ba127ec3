import { createRequire } from "node:module";
import type { DuckDBInstance } from "@duckdb/node-api";

/** @file DuckDB, in memory, with nothing to fetch. It is loaded when it is first asked for: that takes a while, and most threads and commands never do. */
const require = createRequire(import.meta.url);

export function duckDb(): typeof import("@duckdb/node-api") {
  return require("@duckdb/node-api");
}

export interface EngineOptions {
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Where it puts what memory does not hold. */
  readonly temporaryFolder: string;
}

/** Without options it takes what it finds. */
export function openEngine(options?: EngineOptions): Promise<DuckDBInstance> {
  return duckDb().DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...(options && {
      memory_limit: `${options.memoryLimitMb}MiB`,
      threads: String(options.threads),
      temp_directory: options.temporaryFolder,
    }),
  });
}
