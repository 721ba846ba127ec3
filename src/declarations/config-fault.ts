import { PlatformError } from "#base";

/** @file How a fault in a config is told, and what is checked of names everywhere. */

/** As keys of an object these mean something to JavaScript. */
const FORBIDDEN_NAMES = ["__proto__", "constructor", "prototype"];

/** Names come back in URLs and comma-separated filters, and are keys of objects. */
export function checkName(place: string, name: string, maxLength: number): void {
  if (name.trim() === "" || name !== name.trim()) fail(place, name, "give a name without blanks around it");
  if (name.length > maxLength)
    fail(place, name, `it has ${name.length} characters, at most ${maxLength} can arrive`);
  if (name.includes(",")) fail(place, name, "filters divide names by commas; leave it out");
  if (/\p{Cc}|\p{Cs}/u.test(name)) fail(place, name, "it has a control character or half a character");
  if (FORBIDDEN_NAMES.includes(name))
    fail(place, name, "the word means something to JavaScript; take another");
}

export function requireObject(
  place: string,
  value: unknown,
  fix: string,
): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(place, value, fix);
}

export function requireKnownKeys(place: string, value: object, known: readonly string[]): void {
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) fail(place, stranger, `it is no setting here; known: ${known.join(", ")}`);
}

export function fail(place: string, value: unknown, fix: string): never {
  const shown = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  const short = shown.length > 60 ? `${shown.slice(0, 60)}...` : shown;
  throw new PlatformError("invalid-config", `${place} is ${short}: ${fix}`);
}
