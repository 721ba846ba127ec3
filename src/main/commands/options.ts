import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type WorldPreset, worldPresets } from "#datasets";
import { type Config, checkRetention, defaultConfig, findConfig, loadConfig, sourcesOf } from "#declarations";
import { checkBind, type Keys } from "#serving";
import { sourceNames, WORLD } from "../datasets/sources.ts";
import { warn } from "../terminal/terminal.ts";

/** @file Options that several commands share, spelled once. */

export interface DataOptions {
  readonly data: string;
  readonly dataset: string;
  readonly config?: string;
  /** Of commands that keep a folder open. */
  readonly retainDays?: number;
  readonly retainBytes?: number;
  /** Absent: the folder's own, or 1 for a new one. */
  readonly seed?: number;
  /** Absent: the folder's own, or small for a new one. */
  readonly preset?: WorldPreset;
  /** False: acknowledge before the disk has it. */
  readonly flush?: boolean;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

export function withDataOptions(command: Command): Command {
  return withConfigOption(withFolderOptions(command));
}

/** Which folder is meant, and what it is made of when it is new. */
export function withFolderOptions(command: Command): Command {
  return command
    .option("--dataset <name>", `what to hold: ${sourceNames().join(", ")}`, WORLD)
    .option("--data <dir>", "where data folders lie, one for each data set", "./data")
    .option("--seed <n>", "seed of everything random (default: 1)", parseInteger)
    .addOption(
      new Option("--preset <size>", "size of the world (default: small)").choices(Object.keys(worldPresets)),
    );
}

export function withConfigOption(command: Command): Command {
  return command.option(
    "--config <file>",
    "what the application declares (default: ./inkling.config.{ts,js,mjs} when there is one)",
  );
}

export function withListenOptions(command: Command): Command {
  return command
    .option("--port <n>", "port to listen on; 0 for any free one", parsePort, 7070)
    .option("--host <address>", "address to listen on; others than loopback need keys", "127.0.0.1")
    .option(
      "--no-flush",
      "acknowledge events before the disk has them: for measuring, for they may not survive the machine",
    )
    .option(
      "--retain-days <n>",
      "keep events in the log this long (default: the config's retention, or for good)",
      Number,
    )
    .option("--retain-bytes <n>", "keep about so many bytes of log", Number);
}

/** The folder of one data set: `./data/world`, `./data/ml-1m`. */
export function folderFor({ data, dataset }: Pick<DataOptions, "data" | "dataset">): string {
  return join(data, dataset);
}

/**
 * What the application declares: the named file, or the one in the working directory, or the built-in declarations.
 * @throws PlatformError `missing-file`, `invalid-config` with file and line
 */
export async function declarationsOf(
  options: Pick<DataOptions, "config" | "retainDays" | "retainBytes">,
): Promise<Config> {
  const config: Config = (await givenDeclarations(options)) ?? defaultConfig;
  const { retainDays: days, retainBytes: bytes } = options;
  if (days === undefined && bytes === undefined) return config;
  const retention = {
    ...config.retention,
    ...(days !== undefined && { days }),
    ...(bytes !== undefined && { bytes }),
  };
  checkRetention(retention);
  return { ...config, retention };
}

/** As {@link declarationsOf}; `undefined` where there is no file. */
export async function givenDeclarations({
  config,
}: Pick<DataOptions, "config">): Promise<Config | undefined> {
  const file = config ?? findConfig(process.cwd());
  return file === undefined ? undefined : loadConfig(file);
}

/**
 * The keys to listen with, checked for where that is.
 * @throws PlatformError `unsafe-bind`, `invalid-config`
 */
export function keysFor({ host }: Pick<ListenOptions, "host">, config: Config): Keys {
  const keys = keysFromEnvironment(config);
  checkBind(host, keys);
  for (const { source, variable, writeKey } of keys.sources ?? [])
    if (!writeKey) warn(`the source ${source} has no key until ${variable} is set`);
  return keys;
}

/** Keys come from the environment, so that they show in no process list, no shell history and no file of the application. */
function keysFromEnvironment(config: Config): Keys {
  const { INKLING_WRITE_KEY: writeKey, INKLING_API_KEY: apiKey } = process.env;
  const sources = sourcesOf(config).map(({ name, variable }) => {
    const key = process.env[variable];
    return { source: name, variable, ...(key && { writeKey: key }) };
  });
  return { ...(writeKey && { writeKey }), ...(apiKey && { apiKey }), sources };
}

export function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError(`"${text}" is not an integer.`);
  return value;
}

function parsePort(text: string): number {
  const port = parseInteger(text);
  if (port < 0 || port > 65535) throw new InvalidArgumentError(`"${text}" is not a port (0 to 65535).`);
  return port;
}
