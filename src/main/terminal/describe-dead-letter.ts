import type { DeadLetter } from "#events";
import { printable } from "./printable.ts";

const SHOWN_CHARACTERS = 300;

/** Two lines for a terminal: what and why, and how the original begins. */
export function describeDeadLetter(letter: DeadLetter): string {
  const { id, kind, code, path, message, source, receivedAtMs, original, excerpt } = letter;
  const text = excerpt ?? JSON.stringify(original);
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  const from = source === undefined ? "" : ` from ${source}`;
  const place = path === "" ? "" : ` at ${path}`;
  const what = `${id}  ${new Date(receivedAtMs).toISOString()}  ${kind}${from}  ${code}${place}: ${message}`;
  return [what, `    ${shown}`].map(printable).join("\n");
}
