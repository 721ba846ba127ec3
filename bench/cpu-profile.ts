import { readdir, readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The parts of V8's `.cpuprofile` format that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: CallFrame;
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Lines and columns count from 0. */
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

const SHOWN = 25;
/** Threads that did less than this share of the work are left out. */
const LEAST_SHARE = 0.03;

/**
 * Where the time went of every thread that left a profile in the folder and did a share worth naming: by the function that was
 * running, and by the function of ours on whose behalf it ran (a library's time counts for the nearest caller in `src/`). The
 * busiest thread first, and in it the most expensive. Programs are built of many files: their source maps say which.
 */
export async function describeProfiles(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  const threads = await Promise.all(
    files.map(async (name) => {
      const profile: CpuProfile = JSON.parse(await readFile(join(folder, name), "utf8"));
      return spendingOf(profile, await readMaps(profile));
    }),
  );
  const all = threads.reduce((sum, { busyMs }) => sum + busyMs, 0);
  return threads
    .filter(({ busyMs }) => busyMs > LEAST_SHARE * all)
    .sort((left, right) => right.busyMs - left.busyMs)
    .flatMap(({ busyMs, byFunction, byOwner }) => [
      `a thread that worked ${(busyMs / 1000).toFixed(1)} s (${Math.round((100 * busyMs) / all)} % of all), by function`,
      ...byFunction,
      "by function of ours, with what it called in libraries",
      ...byOwner,
      "",
    ])
    .join("\n");
}

/** What one thread spent its time on. */
interface Spending {
  readonly busyMs: number;
  readonly byFunction: readonly string[];
  readonly byOwner: readonly string[];
}

/** Url of a built program -> where its lines come from. */
type SourceMaps = ReadonlyMap<string, SourceMap>;

async function readMaps({ nodes }: CpuProfile): Promise<SourceMaps> {
  const urls = new Set(
    nodes.map(({ callFrame }) => callFrame.url).filter((url) => url.includes("/dist/programs/")),
  );
  const read = async (url: string) => {
    const payload: SourceMapPayload = JSON.parse(await readFile(`${fileURLToPath(url)}.map`, "utf8"));
    return [url, new SourceMap(payload)] as const;
  };
  return new Map(await Promise.all(Array.from(urls, read)));
}

function spendingOf(profile: CpuProfile, maps: SourceMaps): Spending {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, maps)]));
  const { busyMicroseconds, lines } = rank(profile, names);
  return {
    busyMs: busyMicroseconds / 1000,
    byFunction: lines,
    byOwner: rank(profile, ownersOf(profile, names)).lines,
  };
}

/** Node -> the nearest function of ours that it or a caller of it is. */
function ownersOf({ nodes }: CpuProfile, names: ReadonlyMap<number, string>): Map<number, string> {
  const owners = new Map<number, string>();
  // A caller's node comes before those of what it calls.
  for (const { id, children = [] } of nodes) {
    const [name, inherited] = [names.get(id)!, owners.get(id)];
    owners.set(id, isOurs(name) || inherited === undefined ? name : inherited);
    const owner = owners.get(id)!;
    for (const child of children) if (isOurs(owner)) owners.set(child, owner);
  }
  return owners;
}

function isOurs(name: string): boolean {
  return / src\//.test(name);
}

function rank(
  { samples, timeDeltas }: CpuProfile,
  names: ReadonlyMap<number, string>,
): { readonly busyMicroseconds: number; readonly lines: string[] } {
  const microseconds = new Map<string, number>();
  for (const [n, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    microseconds.set(name, (microseconds.get(name) ?? 0) + timeDeltas[n]!);
  }
  microseconds.delete("(idle)");
  const busyMicroseconds = [...microseconds.values()].reduce((sum, time) => sum + time, 0);
  const lines = [...microseconds]
    .sort(([, left], [, right]) => right - left)
    .slice(0, SHOWN)
    .map(([name, time]) => `${((100 * time) / busyMicroseconds).toFixed(1).padStart(5)} %  ${name}`);
  return { busyMicroseconds, lines };
}

function nameOf({ functionName, url, lineNumber, columnNumber }: CallFrame, maps: SourceMaps): string {
  const origin = maps.get(url)?.findEntry(lineNumber, columnNumber);
  const [file, line] =
    origin && "originalSource" in origin ? [origin.originalSource, origin.originalLine] : [url, lineNumber];
  const place = file.replace(/^.*\/(?=(?:src|node_modules)\/)/, "");
  return place === "" ? functionName || "?" : `${functionName || "(anonymous)"} ${place}:${line + 1}`;
}
