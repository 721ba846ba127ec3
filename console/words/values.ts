import { formatCount } from "./format.ts";

/** A value of any type in a few characters. */
export function formatFeature(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number")
    return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3)));
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(formatFeature).join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${formatFeature(inner)}`)
      .join(", ");
  return String(value);
}

/** A value that is known to one part of a hundred: next to a whole number it is that number. */
export function formatQuantile(value: number | null): string {
  if (value === null) return "–";
  const whole = Math.round(value);
  return formatFeature(Math.abs(value - whole) <= 0.011 * Math.abs(value) ? whole : value);
}
