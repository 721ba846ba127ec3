import { PlatformError } from "#base";
import { namesIn } from "./settings.ts";

/**
 * What a setting such as `save:2,hide:3` says of each of `names`; 1 of those it does not mention.
 * @throws PlatformError `invalid-config` for a name that is not among them, or what is no weight from 0 to 1000
 */
export function weightsOf(setting: string, text: string, names: readonly string[]): Float32Array {
  const weights = new Float32Array(names.length).fill(1);
  for (const part of namesIn(text)) {
    const [name = "", value = ""] = part.split(":");
    const at = names.indexOf(name);
    const weight = value === "" ? Number.NaN : Number(value);
    if (at < 0 || !(weight >= 0 && weight <= 1000))
      throw new PlatformError(
        "invalid-config",
        `ranker: "${setting}" has "${part}"; give name:weight, a name of ${names.join(", ")} and a weight from 0 to 1000.`,
      );
    weights[at] = weight;
  }
  return weights;
}
