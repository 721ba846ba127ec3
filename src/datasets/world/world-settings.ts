import { PlatformError } from "#base";
import { dynamics, responsive } from "./dynamics.ts";
import type { WorldConfig } from "./world-config.ts";

/**
 * The configuration with some settings in the place of others, group by group: `{"dynamics": {"presence": {"lapse": 0.02}}}`. Names that
 * a configuration does not have are refused, but for groups whose names are free (`channels`, `cohorts`, `kinds`).
 * @throws PlatformError `invalid-config` naming the setting; what the values can be is for `createWorld` to say
 */
export function withWorldSettings(config: WorldConfig, settings: unknown): WorldConfig {
  return merged(config, settings, "world") as WorldConfig; // the names of a configuration, and values of the same types
}

/** Groups whose members are named by who writes them: they take the place of the preset's, whole. */
const NAMED_FREELY = new Set([
  ...["world.dynamics.channels", "world.dynamics.cohorts", "world.dynamics.notifications.kinds"],
]);

/** Groups that a configuration need not have, and what the rest of one is when a part is given. */
const OPTIONAL: Readonly<Record<string, object>> = {
  "world.dynamics": dynamics,
  "world.dynamics.cohorts": {},
  "world.dynamics.hazards": responsive.hazards,
  "world.dynamics.notifications": responsive.notifications,
};

function merged(base: object, given: unknown, path: string): object {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new PlatformError("invalid-config", `${path} is ${JSON.stringify(given)}; it must be an object.`);
  const entries = Object.entries(given).map(([name, value]) => {
    const at = `${path}.${name}`;
    const before: unknown = Object.hasOwn(base, name) ? base[name as keyof typeof base] : OPTIONAL[at]; // by the check
    if (before === undefined) {
      const known = [...Object.keys(base), ...optionalIn(path, base)].join(", ");
      throw new PlatformError("invalid-config", `${at} is no setting; there are ${known}.`);
    }
    if (NAMED_FREELY.has(at)) return [name, value];
    if (typeof before === "object" && before !== null) return [name, merged(before, value, at)];
    if (typeof value !== typeof before)
      throw new PlatformError(
        "invalid-config",
        `${at} is ${JSON.stringify(value)}; it must be a ${typeof before}.`,
      );
    return [name, value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}

function optionalIn(path: string, base: object): string[] {
  const below = Object.keys(OPTIONAL).filter((at) => at.lastIndexOf(".") === path.length);
  return below.map((at) => at.slice(path.length + 1)).filter((name) => !Object.hasOwn(base, name));
}
