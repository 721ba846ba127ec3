import { PlatformError } from "#base";
import type { ModelConfig } from "./model.ts";

/** Which values a setting can take: finite numbers from `min` to `max`, and whole ones when `isInteger`. */
interface Limit {
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
}

/** One limit for every setting of a model. */
export type Limits<Config extends ModelConfig> = { readonly [Setting in keyof Config]: Limit };

/**
 * Holds a config against the model's limits.
 * @throws PlatformError `invalid-config`, naming the setting, its value and what it can be
 */
export function checkConfig<Config extends ModelConfig>(
  model: string,
  config: ModelConfig,
  limits: Limits<Config>,
): asserts config is Config {
  for (const name of Object.keys(config))
    if (!Object.hasOwn(limits, name)) {
      const known = Object.keys(limits).join(", ") || "none";
      throw new PlatformError("invalid-config", `${model} has no setting "${name}"; its settings: ${known}.`);
    }
  for (const [name, { min, max, isInteger = false }] of Object.entries<Limit>(limits)) {
    const value = config[name];
    if (value !== undefined && value >= min && value <= max && (!isInteger || Number.isInteger(value)))
      continue;
    throw new PlatformError(
      "invalid-config",
      `${model}: "${name}" is ${value}; give ${isInteger ? "a whole number" : "a number"} from ${min} to ${max}.`,
    );
  }
}
