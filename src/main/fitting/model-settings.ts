import { readFile } from "node:fs/promises";
import { PlatformError } from "#base";
import type { Model, ModelConfig } from "#models";

/**
 * @file Where the settings of a model come from: its defaults, then what was found to work on a data set, then a file, then
 * the command line. A settings file is JSON: `{ "model": "sequence-encoder", "settings": { "epochs": 60 } }`, with other
 * members for people.
 */
export interface SettingSources {
  readonly recipe?: ModelConfig;
  /** Path of a settings file. */
  readonly config?: string;
  readonly set: ModelConfig;
}

/**
 * All settings of a model.
 * @throws PlatformError `missing-file`; `invalid-config` naming a setting the model does not have
 */
export async function settingsOf(
  { name, defaults }: Model,
  { recipe = {}, config, set }: SettingSources,
): Promise<ModelConfig> {
  const own = config === undefined ? recipe : await readSettings(config, name);
  const settings = { ...defaults, ...own, ...set };
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(defaults, key));
  if (unknown === undefined) return settings;
  const known = Object.keys(defaults).join(", ");
  throw new PlatformError("invalid-config", `${name} has no setting "${unknown}"; it has ${known || "none"}`);
}

/**
 * What of `--set` each of several models is told: `model.name=value` that model, `name=value` those that have such a setting.
 * @throws PlatformError `invalid-config` when nobody is told
 */
export function settingsOfEach(models: readonly Model[], set: ModelConfig): ModelConfig[] {
  const told: ModelConfig[] = models.map(() => ({}));
  for (const [key, value] of Object.entries(set)) {
    const [setting = "", model] = key.split(".").reverse();
    const listeners = models.flatMap(({ name, defaults }, at) => {
      const isMeant = model === undefined || model === name;
      return isMeant && Object.hasOwn(defaults, setting) ? [at] : [];
    });
    for (const at of listeners) told[at] = { ...told[at], [setting]: value };
    if (listeners.length > 0) continue;
    const known = models.map(
      ({ name, defaults }) => `${name} (${Object.keys(defaults).join(", ") || "none"})`,
    );
    throw new PlatformError("invalid-config", `"${key}" is no setting of ${known.join(" or ")}`);
  }
  return told;
}

async function readSettings(file: string, model: string): Promise<ModelConfig> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new PlatformError("missing-file", `there is no settings file at ${file}`, { cause });
  });
  const refuse = (reason: string) => new PlatformError("invalid-config", `${file}: ${reason}`);
  const content = parseJson(text);
  if (!isRecord(content) || !isRecord(content["settings"]))
    throw refuse('expected JSON of the form { "model": ..., "settings": { ... } }');
  if (content["model"] !== model)
    throw refuse(`has the settings of ${String(content["model"])}, and ${model} was asked for`);
  const settings = Object.entries(content["settings"]);
  const odd = settings.find(([, value]) => typeof value !== "number" && typeof value !== "string");
  if (odd) throw refuse(`"${odd[0]}" is neither a number nor a word`);
  return Object.fromEntries(settings) as ModelConfig; // checked above
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** For `--set name=value`, which may be repeated: numbers where they are numbers. @throws PlatformError `invalid-config` */
export function collectSetting(text: string, settings: ModelConfig): ModelConfig {
  const [key = "", value = ""] = text.split("=");
  if (key === "" || value === "")
    throw new PlatformError("invalid-config", `--set takes name=value, not "${text}"`);
  const number = Number(value);
  return { ...settings, [key]: Number.isNaN(number) ? value : number };
}
