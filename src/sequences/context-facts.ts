/**
 * @file What is known of somebody before they did anything, as short texts that a model can learn the meaning of: where and with what they
 * come (`kind=value`; Segment's context: language, country, device, system, who sent them), and what they said of themselves (traits).
 */

/** Who asks, when and where: all there is to go by for somebody without a history. */
export interface AskedContext {
  readonly facts?: readonly string[];
  /** A code as in the column `surfaces`. */
  readonly surface?: number;
  readonly timestampMs?: number;
}

/** The parts of a message's `context` that are read; what is of another shape says nothing. */
export function factsOfContext(context: unknown): string[] {
  const { locale, device, os, location, campaign, page, userAgent } = fieldsOf(context);
  const agent = textOf(userAgent);
  const type = textOf(fieldsOf(device)["type"]) ?? (agent && (MOBILE.test(agent) ? "mobile" : "desktop"));
  const language = textOf(locale)?.split(/[-_]/)[0];
  return [
    ...fact("locale", textOf(locale)),
    ...fact("language", language),
    ...fact("country", textOf(fieldsOf(location)["country"])),
    ...fact("device", type),
    ...fact("os", textOf(fieldsOf(os)["name"])),
    ...fact("campaign", textOf(fieldsOf(campaign)["source"])),
    ...fact("referrer", hostOf(textOf(fieldsOf(page)["referrer"]))),
  ];
}

/** Traits whose values are words or yes and no: of numbers hardly two people have the same. */
export function factsOfTraits(traits: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(traits).flatMap(([name, value]) =>
    fact(`trait/${name}`, typeof value === "boolean" ? String(value) : textOf(value)),
  );
}

const MOBILE = /Mobi|Android|iPhone|iPad/;
/** Longer texts are told once, and no two people share them. */
const LONGEST = 100;

function fact(kind: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${kind}=${value.toLowerCase()}`];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST ? value : undefined;
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
}
