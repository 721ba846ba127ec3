import { createHash } from "node:crypto";
import { type FeatureDefinition, inputsOf } from "#declarations";

/** JSON with the keys of every object in order, so that what means the same is the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
}

const HEX_DIGITS = 12;

/** First digits of the SHA-256 of what is defined; notes (description, owner, tags) leave it as it is. */
export function versionOf(defined: FeatureDefinition | readonly string[]): string {
  const { description: _, owner: _owner, tags: _tags, ...meaning } = defined as FeatureDefinition; // a list has none of them
  const text = canonicalJson(Array.isArray(defined) ? defined : meaning);
  return createHash("sha256").update(text).digest("hex").slice(0, HEX_DIGITS);
}

type Definitions = ReadonlyMap<string, FeatureDefinition>;

/** Versions of a feature's definition and of all it is made of; none for a name that none has. */
export function versionsOf(name: string, byName: Definitions): readonly string[] {
  const definition = byName.get(name);
  if (!definition) return [];
  const inputs = definition.kind === "derived" ? inputsOf(definition.expression) : [];
  return [versionOf(definition), ...inputs.flatMap((input) => versionsOf(input, byName))];
}

/** What the values of a feature mean: its version, or of a derived one the version of it and all it is made of, which its own expression only names. */
export function lineageOf(name: string, byName: Definitions): string {
  const [own = "", ...inputs] = versionsOf(name, byName);
  return inputs.length === 0 ? own : versionOf([own, ...inputs]);
}
