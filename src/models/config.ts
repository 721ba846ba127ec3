import { PlatformError } from "#base";
import type { ModelConfig } from "./model.ts";

/** Which values a setting can take: finite numbers from `min` to `max`, and whole ones when `isInteger`. */
interface NumberLimit {
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
}

/** Which words a setting can be. */
interface WordLimit<Word extends string> {
  readonly oneOf: readonly Word[];
}

/** Any text; what it means is the model's to check. */
interface TextLimit {
  readonly isText: true;
}

type Limit = NumberLimit | WordLimit<string> | TextLimit;

/** One limit for every setting of a model. */
export type Limits<Config extends ModelConfig> = {
  readonly [Setting in keyof Config]: LimitOf<Config[Setting]>;
};

type LimitOf<Value> = [Value] extends [number]
  ? NumberLimit
  : [Value] extends [string]
    ? string extends Value
      ? TextLimit
      : WordLimit<Value>
    : Limit;

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
  for (const [name, limit] of Object.entries<Limit>(limits))
    if (!isWithin(config[name], limit))
      throw new PlatformError(
        "invalid-config",
        `${model}: "${name}" is ${config[name]}; give ${wordsOf(limit)}.`,
      );
}

function isWithin(value: number | string | undefined, limit: Limit): boolean {
  if ("isText" in limit) return typeof value === "string";
  if ("oneOf" in limit) return limit.oneOf.some((word) => word === value);
  const { min, max, isInteger = false } = limit;
  return typeof value === "number" && value >= min && value <= max && (!isInteger || Number.isInteger(value));
}

function wordsOf(limit: Limit): string {
  if ("isText" in limit) return "a text";
  if ("oneOf" in limit) return `one of ${limit.oneOf.join(", ")}`;
  return `${limit.isInteger ? "a whole number" : "a number"} from ${limit.min} to ${limit.max}`;
}
