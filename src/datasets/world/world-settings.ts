import { PlatformError } from "#base";
import type { WorldConfig } from "./world-config.ts";

/**
 * The configuration with some settings in the place of others, group by group: `{"dynamics": {"presence": {"lapse": 0.02}}}`. Names that
 * a configuration does not have are refused, but for groups whose names are free (`channels`).
 * @throws PlatformError `invalid-config` naming the setting; what the values can be is for `createWorld` to say
 */
export function withWorldSettings(config: WorldConfig, settings: unknown): WorldConfig {
  return merged(config, settings, "world") as WorldConfig; // the names of a configuration, and values of the same types
}

/** Groups whose members are named by who writes them: each member is given whole. */
const NAMED_FREELY = new Set(["channels"]);

function merged(base: object, given: unknown, path: string): object {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new PlatformError("invalid-config", `${path} is ${JSON.stringify(given)}; it must be an object.`);
  const entries = Object.entries(given).map(([name, value]) => {
    const at = `${path}.${name}`;
    const before: unknown = Object.hasOwn(base, name) ? base[name as keyof typeof base] : undefined; // by the check
    if (before === undefined) {
      const known = Object.keys(base).join(", ");
      throw new PlatformError("invalid-config", `${at} is no setting; there are ${known}.`);
    }
    if (NAMED_FREELY.has(name)) return [name, value];
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
