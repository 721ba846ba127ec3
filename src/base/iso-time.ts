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

/** What `toISOString` writes, and the same with another day or second. */
const PLAIN = /^\d{4}-[01]\d-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const dateBytes = new Uint8Array(DATE_LENGTH);
let dateBytesMs = Number.NaN;

/** As {@link parseIsoTime} of the text that lies in bytes, and with no text made; NaN also for what is not written as `toISOString` does. */
export function parseIsoTimeIn(bytes: Buffer, from: number, to: number): number {
  if (to - from !== TEXT_LENGTH) return Number.NaN;
  for (let n = 0; n < DATE_LENGTH; n++)
    if (bytes[from + n] !== dateBytes[n]) return parseOtherDay(bytes, from);
  const hours = twoDigitsIn(bytes, from + 11);
  const minutes = twoDigitsIn(bytes, from + 14);
  const seconds = twoDigitsIn(bytes, from + 17);
  const tenMilliseconds = twoDigitsIn(bytes, from + 20);
  const last = bytes[from + 22]! - ZERO;
  const isTime =
    hours < 24 && minutes < 60 && seconds < 60 && tenMilliseconds < 100 && last >= 0 && last < 10;
  return isTime && hasPlainMarksIn(bytes, from)
    ? dateBytesMs + 1000 * (60 * (60 * hours + minutes) + seconds) + 10 * tenMilliseconds + last
    : Number.NaN;
}

/** Of a day that is not the one met last. */
function parseOtherDay(bytes: Buffer, from: number): number {
  const ms = parsePlain(bytes, from);
  if (Number.isNaN(ms)) return ms;
  for (let n = 0; n < DATE_LENGTH; n++) dateBytes[n] = bytes[from + n]!;
  dateBytesMs = midnightMs; // of the date that was just parsed
  return ms;
}

function parsePlain(bytes: Buffer, from: number): number {
  const text = bytes.toString("latin1", from, from + TEXT_LENGTH);
  return PLAIN.test(text) ? parseIsoTime(text) : Number.NaN;
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

function hasPlainMarksIn(bytes: Buffer, from: number): boolean {
  return (
    bytes[from + 10] === 84 &&
    bytes[from + 13] === 58 &&
    bytes[from + 16] === 58 &&
    bytes[from + 19] === 46 &&
    bytes[from + 23] === 90
  );
}

function twoDigitsIn(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens < 10 && ones >= 0 && ones < 10 ? 10 * tens + ones : 100_000;
}
