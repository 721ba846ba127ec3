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

/**
 * Where the time of the longest profile in the folder went: by the function that was running, and by the function of ours on
 * whose behalf it ran (a library's time counts for the nearest caller in `dist/`). The most expensive first.
 */
export async function describeProfile(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  const profiles = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile),
  );
  const [profile] = profiles.sort((left, right) => right.samples.length - left.samples.length);
  if (!profile) return "no profile was written";
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  return [
    "by function",
    ...rank(profile, names),
    "",
    "by function of ours, with what it called in libraries",
    ...rank(profile, ownersOf(profile, names)),
  ].join("\n");
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

function rank({ samples, timeDeltas }: CpuProfile, names: ReadonlyMap<number, string>): string[] {
  const microseconds = new Map<string, number>();
  for (const [n, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    microseconds.set(name, (microseconds.get(name) ?? 0) + timeDeltas[n]!);
  }
  microseconds.delete("(idle)");
  const busy = [...microseconds.values()].reduce((sum, time) => sum + time, 0);
  return [...microseconds]
    .sort(([, left], [, right]) => right - left)
    .slice(0, SHOWN)
    .map(([name, time]) => `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${name}`);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const place = url.replace(/^.*\/(?=(?:dist|node_modules)\/)/, "");
  return place === "" ? functionName || "?" : `${functionName || "(anonymous)"} ${place}:${lineNumber + 1}`;
}
