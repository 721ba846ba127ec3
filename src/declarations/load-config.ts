import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { PlatformError } from "#base";
import * as builders from "./builders.ts";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";

/**
 * @file Runs an application's config file, TypeScript or JavaScript, by jiti: pure JavaScript without dependencies of its
 * own, and the same on every Node. Node strips types itself only from 22.18, our floor is 20.19; tsx and esbuild bring a
 * native binary; and Node's own `import()` gives a syntax error without its line. The file's "inkling" is the platform that
 * reads it, so a config needs nothing installed beside it.
 */
const CONFIG_NAMES = ["inkling.config.ts", "inkling.config.js", "inkling.config.mjs"];

/** Under this name a config imports its builders. */
const PACKAGE_NAME = "inkling";

/**
 * Path of the config in `folder`; `undefined` when there is none.
 * @throws PlatformError `invalid-config` when there are two
 */
export function findConfig(folder: string): string | undefined {
  const found = CONFIG_NAMES.filter((name) => existsSync(join(folder, name)));
  const [first] = found;
  if (found.length > 1) {
    throw new PlatformError(
      "invalid-config",
      `${resolve(folder)} has ${found.join(" and ")}: keep one of them, or name the one meant with --config`,
    );
  }
  return first === undefined ? undefined : resolve(folder, first);
}

/**
 * The config that a file exports as its default, checked. What the file does when it runs, it does here: load only files you
 * would run.
 * @throws PlatformError `missing-file`; `invalid-config` with file and line when it does not run or does not hold a config
 */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new PlatformError(
      "missing-file",
      `there is no config at ${file}; name it with --config, or leave that out`,
    );
  }
  const exported = await run(file);
  const config = exported["default"];
  if (config === undefined) {
    const others = Object.keys(exported).map((name) => `"${name}"`);
    const instead = others.length > 0 ? ` (it exports ${others.join(", ")})` : "";
    throw new PlatformError(
      "invalid-config",
      `${file} has no default export${instead}: write "export default defineConfig({ ... })"`,
    );
  }
  try {
    checkConfig(config);
  } catch (error) {
    throw rename(file, error);
  }
  return config as Config; // checked
}

async function run(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { createJiti } = await import("jiti"); // 1.8 MiB, read only where there is a config
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: { [PACKAGE_NAME]: builders },
  });
  try {
    return await jiti.import<Readonly<Record<string, unknown>>>(file);
  } catch (error) {
    throw rename(file, error);
  }
}

/** The same fault, said with the file, and with the line where the error knows it. */
function rename(file: string, error: unknown): PlatformError {
  const message = error instanceof Error ? error.message : String(error);
  const place = placeIn(file, error);
  const text = message.replace(`${file}:`, "line ").replace(/\s+/g, " ").trim();
  return new PlatformError("invalid-config", `${place}: ${text}`, { cause: error });
}

/** `file:line:column` of the error, or the file alone. */
function placeIn(file: string, error: unknown): string {
  const trace = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  const at = trace.indexOf(`${file}:`);
  return /^.*?:\d+(?::\d+)?/.exec(at < 0 ? "" : trace.slice(at))?.[0] ?? file;
}
