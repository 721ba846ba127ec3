import { isDay } from "#base";

/**
 * @file When a row happened, from whatever a table writes. Text is ISO 8601, without a zone UTC; `T` may be a space. A
 * number (also as text) is time since 1970, its unit by size: below 1e11 seconds, below 1e14 milliseconds, below 1e17
 * microseconds, else nanoseconds. Hence no number means a millisecond time before March 1973.
 */
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Milliseconds since 1970, NaN when the value is no time. */
export function timeMsOf(value: unknown): number {
  if (typeof value === "number") return fromNumber(value);
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string") return Number.NaN;
  const text = value.trim();
  if (NUMBER.test(text)) return fromNumber(Number(text));
  const [, date, time, zone] = ISO.exec(text) ?? [];
  if (date === undefined || !isDay(date)) return Number.NaN;
  return time === undefined
    ? Date.parse(date)
    : Date.parse(`${date}T${time.replace(",", ".")}${zoneOf(zone)}`);
}

function fromNumber(value: number): number {
  const size = Math.abs(value);
  if (size < 1e11) return value * 1000;
  if (size < 1e14) return value;
  return size < 1e17 ? value / 1000 : value / 1e6;
}

function zoneOf(zone: string | undefined): string {
  if (zone === undefined || /^(?:z|utc)$/i.test(zone)) return "Z";
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
