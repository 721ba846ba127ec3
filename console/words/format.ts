/** @file Numbers and times as people read them: as many digits as carry meaning, in the reader's own zone. */

const whole = new Intl.NumberFormat("en");

/** 1,234,567 */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** 950, 12.3k, 1.2M: at most three digits. */
export function formatShort(count: number): string {
  const size = Math.abs(count);
  if (size < 1000) return String(Number(count.toPrecision(size < 1 ? 1 : 3)));
  const unit = Math.min(3, Math.floor(Math.log10(size) / 3));
  const scaled = count / 1000 ** unit;
  if (Math.abs(scaled) >= 999.5 && unit < 3) return formatShort(Math.sign(count) * 1000 ** (unit + 1));
  const digits = Math.abs(scaled) < 9.95 ? 1 : 0;
  return `${scaled.toFixed(digits)}${["", "k", "M", "G"][unit]}`;
}

/** A share of 1: 34 %, 0.4 %, < 0.1 %. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return "0 %";
  if (percent < 0.1) return "< 0.1 %";
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A probability as it is meant: 0.86, < 0.01, > 0.99. */
export function formatProbability(probability: number): string {
  if (probability < 0.01) return "< 0.01";
  return probability > 0.99 ? "> 0.99" : probability.toFixed(2);
}

/** 0.4 ms, 12 ms, 1.3 s. */
export function formatMs(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** 950 B, 12 kB, 1.3 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const unit = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1000 ** unit;
  return `${scaled.toFixed(scaled < 9.95 ? 1 : 0)} ${["B", "kB", "MB", "GB"][unit]}`;
}

/** A score with three digits that mean something. */
export function formatScore(score: number): string {
  return Math.abs(score) >= 1000 ? formatShort(score) : score.toPrecision(3);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long between two times: 40 s, 12 min, 5 h, 41 days. */
export function formatSpan(ms: number): string {
  const span = Math.abs(ms);
  if (span < MINUTE_MS) return `${Math.round(span / 1000)} s`;
  if (span < HOUR_MS) return `${Math.round(span / MINUTE_MS)} min`;
  if (span < DAY_MS) return `${Math.round(span / HOUR_MS)} h`;
  const days = Math.round(span / DAY_MS);
  return days === 1 ? "1 day" : `${formatCount(days)} days`;
}

/** Before now, by the platform's clock. */
export function formatAgo(time: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(time);
  return ms < 1500 ? "now" : `${formatSpan(ms)} ago`;
}

/** Before a moment that is not now. */
export function formatBefore(time: string, moment: string): string {
  const ms = Date.parse(moment) - Date.parse(time);
  return ms < 1500 ? "then" : `${formatSpan(ms)} before`;
}

const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const timeFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const clockFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const fullFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** 30 Jan 2026 */
export function formatDay(time: string | number): string {
  return dayFormat.format(new Date(time));
}

/** 30 Jan, 06:40 */
export function formatTime(time: string | number): string {
  return timeFormat.format(new Date(time));
}

/** 06:40:45 */
export function formatClock(time: string | number): string {
  return clockFormat.format(new Date(time));
}

/** With weekday, seconds and zone, for a hint. */
export function formatFull(time: string | number): string {
  return fullFormat.format(new Date(time));
}

/** "a", "a and b", "a, b and c". */
export function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** 1 event, 2 events, 2 watches. */
export function countOf(
  count: number,
  noun: string,
  plural = /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`,
): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
