/** @file The part of time that is looked at, and how it moves. All in ms. */

export interface View {
  readonly fromMs: number;
  readonly toMs: number;
}

const MIN_SPAN_MS = 60_000;

/** Closer by `factor` (below 1: further away) around a moment, which keeps its place; never beyond the bounds. */
export function zoomAt(view: View, anchorMs: number, factor: number, bounds: View): View {
  const span = view.toMs - view.fromMs;
  const whole = bounds.toMs - bounds.fromMs;
  const next = Math.min(whole, Math.max(Math.min(MIN_SPAN_MS, whole), span / factor));
  const place = span > 0 ? (anchorMs - view.fromMs) / span : 0.5;
  return within({ fromMs: anchorMs - place * next, toMs: anchorMs + (1 - place) * next }, bounds);
}

export function panBy(view: View, ms: number, bounds: View): View {
  return within({ fromMs: view.fromMs + ms, toMs: view.toMs + ms }, bounds);
}

/** As long as it was, moved back inside. */
function within({ fromMs, toMs }: View, bounds: View): View {
  const span = Math.min(toMs - fromMs, bounds.toMs - bounds.fromMs);
  const start = Math.min(Math.max(fromMs, bounds.fromMs), bounds.toMs - span);
  return { fromMs: start, toMs: start + span };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 15, 30].map((n) => n * SECOND),
  ...[1, 5, 15, 30].map((n) => n * MINUTE),
  ...[1, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 91, 182, 365].map((n) => n * DAY),
];

export interface TimeTick {
  readonly ms: number;
  readonly label: string;
}

/** Moments to write at the axis, at most `most`, on round local times. */
export function ticksOf({ fromMs, toMs }: View, most: number): readonly TimeTick[] {
  const span = toMs - fromMs;
  const step = STEPS.find((size) => span / size <= most) ?? Math.ceil(span / most / (365 * DAY)) * 365 * DAY;
  const offset = new Date(fromMs).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((fromMs - offset) / step) * step + offset;
  const format = formatFor(step);
  const ticks: TimeTick[] = [];
  for (let ms = first; ms <= toMs; ms += step) ticks.push({ ms, label: format.format(ms) });
  return ticks;
}

const formats = {
  second: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  minute: new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }),
  day: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }),
  month: new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" }),
};

function formatFor(step: number): Intl.DateTimeFormat {
  if (step < MINUTE) return formats.second;
  if (step < DAY) return formats.minute;
  return step < 91 * DAY ? formats.day : formats.month;
}
