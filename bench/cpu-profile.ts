import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The parts of V8's `.cpuprofile` format that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const SHOWN = 25;
/** Threads that did less than this share of the work are left out. */
const LEAST_SHARE = 0.03;

/**
 * Where the time went of every thread that left a profile in the folder and did a share worth naming: by the function that was
 * running, and by the function of ours on whose behalf it ran (a library's time counts for the nearest caller in `dist/`). The
 * busiest thread first, and in it the most expensive.
 */
export async function describeProfiles(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  const threads = await Promise.all(
    files.map(async (name) => spendingOf(JSON.parse(await readFile(join(folder, name), "utf8")))),
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

function spendingOf(profile: CpuProfile): Spending {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
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
  for (const { id, callFrame, children = [] } of nodes) {
    const inherited = owners.get(id);
    const owner = callFrame.url.includes("/dist/") && !callFrame.url.includes("/node_modules/");
    const name = owner || inherited === undefined ? names.get(id)! : inherited;
    owners.set(id, name);
    const isOurs = name.includes("dist/");
    for (const child of children) if (isOurs) owners.set(child, name);
  }
  return owners;
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

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const place = url.replace(/^.*\/(?=(?:dist|node_modules)\/)/, "");
  return place === "" ? functionName || "?" : `${functionName || "(anonymous)"} ${place}:${lineNumber + 1}`;
}
