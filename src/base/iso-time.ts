const TEXT_LENGTH = 24;
const DATE_LENGTH = 10;
const ZERO = 48;

/** The last date parsed, and its midnight: most of what comes in happened on one day. */
let date = "";
let midnightMs = Number.NaN;

/**
 * The time an ISO 8601 text stands for, ms since 1970; NaN when it stands for none. As `Date.parse`, and several times as fast for
 * what `toISOString` writes.
 */
export function parseIsoTime(text: string): number {
  if (text.length !== TEXT_LENGTH || text.charCodeAt(23) !== 90) return Date.parse(text);
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  const tenMilliseconds = twoDigits(text, 20);
  const millisecond = text.charCodeAt(22) - ZERO;
  const isPlain =
    hours < 24 &&
    minutes < 60 &&
    seconds < 60 &&
    tenMilliseconds < 100 &&
    millisecond >= 0 &&
    millisecond < 10 &&
    hasPlainMarks(text);
  if (!isPlain) return Date.parse(text);
  if (!text.startsWith(date) || date === "") {
    date = text.slice(0, DATE_LENGTH);
    midnightMs = Date.parse(`${date}T00:00:00.000Z`);
  }
  return midnightMs + 1000 * (60 * (60 * hours + minutes) + seconds) + 10 * tenMilliseconds + millisecond;
}

/** What is asked of whoever sends something that {@link isIsoTime} refuses. */
export const ISO_TIME_WANTED = "must be a time there is, with its zone, such as 2026-03-01T12:00:00+05:00";

const ISO_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])t(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/i;

/** Whether a text is a time in ISO 8601 with its zone, of a day there is: `Date.parse` takes 30 February for 2 March. */
export function isIsoTime(text: string): boolean {
  return ISO_TIME.test(text) && isDay(text);
}

/** Whether there is the day with which a text begins: `YYYY-MM-DD` in range, as each for itself. */
export function isDay(text: string): boolean {
  const day = twoDigits(text, 8);
  if (day <= 28) return true;
  const month = twoDigits(text, 5);
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), month, 0)).getUTCDate();
}

function hasPlainMarks(text: string): boolean {
  return (
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58 &&
    text.charCodeAt(19) === 46
  );
}

/** The number two digits make; more than a hundred thousand when they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens < 10 && ones >= 0 && ones < 10 ? 10 * tens + ones : 100_000;
}
