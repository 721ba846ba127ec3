import { Packr } from "msgpackr";
import { type ConsentChoices, type EventView, isStandingChoice, type Vocabulary } from "#events";

/**
 * @file When a person agreed to what. Past a limit those go, the oldest first, that say what the one before and the one after say; then the
 * oldest become one, in which a refusal wins. A late choice finds its place among all that are kept: of a run of equal ones the next ends what it says.
 */
export type StandingChoices = Readonly<Record<string, readonly StandingChoice[]>>;

/** One purpose, oldest first; of one moment a refusal comes last, and so wins. */
export type StandingChoice = readonly [timestampMs: number, isGranted: boolean];

/** Of one purpose, at most. */
const CHOICES_KEPT = 32;
const packr = new Packr({ useRecords: false, useToJSON: false });

/** No bytes for no choice. */
export function encodeChoices(choices: StandingChoices | undefined): Uint8Array {
  return choices ? packr.pack(choices) : Buffer.alloc(0);
}

export function decodeChoices(bytes: Uint8Array): StandingChoices | undefined {
  return bytes.length === 0 ? undefined : (packr.unpack(bytes) as StandingChoices); // our own bytes
}

/** The choices after one more event; those of purposes that have no code are left to the log. */
export function countChoices(
  before: StandingChoices | undefined,
  event: Pick<EventView, "kind" | "name" | "timestampMs" | "consent">,
  purposes: Vocabulary,
): StandingChoices | undefined {
  const said = isStandingChoice(event) ? event.consent() : undefined;
  const known = Object.entries(said ?? {}).filter(([name]) => purposes.codeOf(name));
  return known.length === 0
    ? before
    : joinChoices(before ?? {}, choicesOf(event.timestampMs, Object.fromEntries(known)));
}

/** Those of two ids of one person. */
export function joinChoices(left: StandingChoices, right: StandingChoices): StandingChoices {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    Array.from(names, (name) => [name, settle([...(left[name] ?? []), ...(right[name] ?? [])])]),
  );
}

/** The choice in force at a time; `undefined` before the first. */
export function choiceAt(choices: readonly StandingChoice[], timeMs: number): boolean | undefined {
  return choices.findLast(([timestampMs]) => timestampMs <= timeMs)?.[1];
}

function choicesOf(timestampMs: number, said: ConsentChoices): StandingChoices {
  return Object.fromEntries(
    Object.entries(said).map(([name, isGranted]) => [name, [[timestampMs, isGranted] as const]]),
  );
}

function settle(choices: readonly StandingChoice[]): StandingChoice[] {
  const ordered = [...choices].sort(
    ([leftMs, left], [rightMs, right]) => leftMs - rightMs || Number(right) - Number(left),
  );
  const repeated = ordered.filter(
    ([, isGranted], n) => isGranted === ordered[n - 1]?.[1] && isGranted === ordered[n + 1]?.[1],
  );
  const dropped = new Set(repeated.slice(0, Math.max(0, ordered.length - CHOICES_KEPT)));
  const kept = ordered.filter((choice) => !dropped.has(choice));
  const merged = kept.slice(0, Math.max(1, kept.length - CHOICES_KEPT + 1));
  const first: StandingChoice = [merged[0]![0], merged.every(([, isGranted]) => isGranted)]; // none is empty
  return [first, ...kept.slice(merged.length)];
}
