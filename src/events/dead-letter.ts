import { assert } from "#base";
import type { Rejection } from "./message.ts";

/**
 * @file A rejected event or item as it is kept: two lines of JSON in UTF-8.
 *
 *     {"version":1,"kind":"event","code":"undeclared","path":"/event","message":"...","source":"web","receivedAtMs":...,"ids":[...]}
 *     {"type":"track","event":"Juggled","userId":"anna"}
 *
 * The second line is the message as it arrived, when it is not too large to be ever taken; else the first ends in
 * `"excerpt"`, its beginning, and there is no second. `ids` are those of people that the message names, so that a
 * letter can be found by them though its text was cut.
 */
export interface DeadLetter extends Head {
  /** Its place among the dead letters: newer ones have higher numbers. */
  readonly id: number;
  /** The message or item as it arrived; absent when it was too large. */
  readonly original?: unknown;
}

interface Head {
  readonly kind: "event" | "item";
  /** Why it was rejected: one of the codes of docs/errors.md. */
  readonly code: string;
  /** JSON pointer to the value at fault. */
  readonly path: string;
  readonly message: string;
  /** The declared source that sent it. */
  readonly source?: string;
  readonly receivedAtMs: number;
  /** Ids of people, as they are written in the message. */
  readonly ids: readonly string[];
  /** How the JSON text of an original begins that is not kept. */
  readonly excerpt?: string;
}

/** What is known of a letter before it is kept. */
export interface NewDeadLetter extends Pick<Head, "kind" | "source" | "receivedAtMs"> {
  readonly fault: Rejection;
  readonly original: unknown;
}

/** More than any event or item that is taken has as JSON text. */
export const MAX_ORIGINAL_BYTES = 128 * 1024;
const EXCERPT_CHARACTERS = 2000;
/** Deeper than any event or item that is taken; and what is deeper than the stack could not be read again. */
const MAX_DEPTH = 80;
const MAX_ID_LENGTH = 300;
const VERSION = 1;
const LINE_FEED = 0x0a;

export function encodeDeadLetter({ kind, source, receivedAtMs, fault, original }: NewDeadLetter): Uint8Array {
  const { code, path, message } = fault;
  const head = { version: VERSION, kind, code, path, message, source, receivedAtMs, ids: idsIn(original) };
  if (isDeeperThan(original, MAX_DEPTH))
    return Buffer.from(JSON.stringify({ ...head, excerpt: `(nested deeper than ${MAX_DEPTH} levels)` }));
  const text = JSON.stringify(original) ?? "null";
  if (Buffer.byteLength(text) > MAX_ORIGINAL_BYTES)
    return Buffer.from(JSON.stringify({ ...head, excerpt: text.slice(0, EXCERPT_CHARACTERS) }));
  return Buffer.from(`${JSON.stringify(head)}\n${text}`);
}

export function decodeDeadLetter(id: number, bytes: Uint8Array): DeadLetter {
  const { head, original } = divide(bytes);
  const fields = JSON.parse(head.toString()) as Head & { version: number }; // written by us
  const { version, ...letter } = fields;
  assert(version === VERSION, `a dead letter of version ${VERSION}, not ${version}`);
  return { id, ...letter, ...(original && { original: JSON.parse(original.toString()) }) };
}

/** As `decodeDeadLetter`, without reading the original. */
export function codeOfDeadLetter(bytes: Uint8Array): string {
  return (JSON.parse(divide(bytes).head.toString()) as Head).code; // written by us
}

/** JSON text has no line feed of its own. */
function divide(bytes: Uint8Array): { head: Buffer; original: Buffer | undefined } {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = record.indexOf(LINE_FEED);
  if (end < 0) return { head: record, original: undefined };
  return { head: record.subarray(0, end), original: record.subarray(end + 1) };
}

function idsIn(original: unknown): string[] {
  if (typeof original !== "object" || original === null) return [];
  const { userId, anonymousId, previousId } = original as Readonly<Record<string, unknown>>; // any object has properties
  return [userId, anonymousId, previousId]
    .filter((id) => typeof id === "string" || typeof id === "number") // a number is what it was rejected for
    .map(String)
    .filter((id) => id !== "" && id.length <= MAX_ID_LENGTH);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true;
  return false;
}
