import { rm } from "node:fs/promises";
import { ignoreProgress } from "#base";
import { createWorld, worldPresets } from "#datasets";
import type { Server } from "#serving";
import { importSource, runsOf } from "./datasets/import-source.ts";
import { Platform, type PlatformOptions } from "./platform.ts";

/** @file Platforms for tests of the whole, and how a test asks them. */

type Options = Partial<Omit<PlatformOptions, "folder">>;

/** What an application that sends events of its own would make in a new folder. */
export function newFolder(clock: "historical" | "system"): NonNullable<PlatformOptions["create"]> {
  return { dataset: null, clock, areTimesMadeUp: false, seed: 1, preset: null };
}

export function openPlatform(folder: string, options: Options = {}): Promise<Platform> {
  const create = newFolder("historical");
  return Platform.open({ folder, create, progress: ignoreProgress, onNotice: () => {}, ...options });
}

/** The server of a platform that was filled, with models fitted on that. */
export async function fittedServer(platform: Platform): Promise<Server> {
  await platform.ensureModels(ignoreProgress);
  return platform.createServer({});
}

/** At the end of a test file: its folder goes, too. */
export async function closeAll(platform: Platform, server: Server): Promise<void> {
  await server.close();
  await platform.close();
  await rm(platform.folder, { recursive: true });
}

export const tinyWorld = createWorld(worldPresets.tiny);

/** The tiny world, filled when the folder is new. */
export async function openTinyWorld(folder: string, options: Options = {}): Promise<Platform> {
  const [name, clock, areTimesMadeUp] = ["world", "historical", false] as const;
  const create = { dataset: name, clock, areTimesMadeUp, seed: 1, preset: "tiny" } as const;
  const platform = await openPlatform(folder, { create, ...options });
  if (platform.manifest.imported.isComplete) return platform;
  const source = {
    ...{ name, clock, areTimesMadeUp },
    items: () => tinyWorld.items(),
    runs: (from: number) => runsOf(tinyWorld.messages(), from),
    expectedMessages: tinyWorld.expectedMessages,
    rejectedRows: { count: 0, samples: [] },
  };
  await importSource(platform, source, ignoreProgress);
  await platform.ensureModels(ignoreProgress);
  return platform;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a stranger does
export type Body = any;

type Method = "GET" | "POST" | "DELETE";

/** Answers as their bodies, whatever their status; `ask` tells it beside the body's fields. */
export function asking(server: () => Server): {
  readonly get: (url: string) => Promise<Body>;
  readonly post: (url: string, payload: object) => Promise<Body>;
  readonly ask: (method: Method, url: string, payload?: object) => Promise<Body>;
} {
  return {
    get: async (url) => (await server().inject(url)).json(),
    post: async (url, payload) => (await server().inject({ method: "POST", url, payload })).json(),
    ask: async (method, url, payload) => {
      const answer = await server().inject({ method, url, ...(payload && { payload }) });
      return { status: answer.statusCode, ...answer.json() };
    },
  };
}
