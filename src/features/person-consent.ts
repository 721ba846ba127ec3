import type { NamedPurpose } from "#declarations";
import { choiceAt, decodeChoices, joinChoices, type StandingChoices } from "#sequences";
import type { FeatureRow } from "./feature-row.ts";
import type { FeatureHead } from "./state/feature-head.ts";

/**
 * @file What the choices of a person's other ids change of what one id's events may be used for. An event is settled by its own id when it
 * is applied, for who is who may be known later, and may come to be known otherwise again. Where the person, as linked now, had
 * chosen otherwise when an event without a word of its own happened, the person's choice counts (0015).
 */

/** What events of one id go by that say nothing themselves: what the id said, and what all ids of the person did. */
export interface Standing {
  readonly own: StandingChoices | undefined;
  readonly person: StandingChoices | undefined;
}

/** Whether an event of the time was collected with consent by the person's choice; `undefined` where the id alone says the same. */
function decidedOtherwise(
  { own, person }: Standing,
  { name, default: byDefault }: NamedPurpose,
  timestampMs: number,
): boolean | undefined {
  const choiceOf = (choices: StandingChoices | undefined): boolean =>
    choiceAt(choices?.[name] ?? [], timestampMs) ?? byDefault === "granted";
  const decision = choiceOf(person);
  return decision === choiceOf(own) ? undefined : decision;
}

/** Whether any event up to a time may be decided otherwise. */
export function isContested(standing: Standing, purposes: readonly NamedPurpose[], untilMs: number): boolean {
  const { own, person } = standing;
  return purposes.some((purpose) => {
    const choices = person?.[purpose.name] ?? [];
    const changes = [...choices, ...(own?.[purpose.name] ?? [])].map(([timestampMs]) => timestampMs);
    return changes.some(
      (timestampMs) =>
        timestampMs <= untilMs && decidedOtherwise(standing, purpose, timestampMs) !== undefined,
    );
  });
}

/**
 * The rows of one id with the person's choices counted.
 * @param rows as the id alone decides
 * @param undecided rows of all events that left anything to standing choices, in the streams that they left to them
 */
export function settleRows(
  rows: readonly FeatureRow[],
  undecided: readonly FeatureRow[],
  standing: Standing,
): FeatureRow[] {
  const settled = new Map(rows.map((row) => [row.offset, row]));
  for (const row of undecided) {
    const { streams: known } = settled.get(row.offset) ?? { streams: new Uint8Array(row.streams.length) };
    const streams = Uint8Array.from(known);
    for (const [n, { purpose }] of row.source.streams.entries()) {
      const [byte, bit] = [n >> 3, 1 << (n & 7)];
      if ((row.streams[byte]! & bit) === 0) continue; // one for each stream
      const decision = decidedOtherwise(standing, purpose, row.timestampMs);
      if (decision === true) streams[byte]! |= bit;
      else if (decision === false) streams[byte]! &= ~bit;
    }
    if (streams.some((bits) => bits !== 0)) settled.set(row.offset, { ...row, streams });
    else settled.delete(row.offset);
  }
  return [...settled.values()];
}

/** What the ids of a person agreed to and refused, together. */
export function choicesOf(
  known: readonly { readonly head: Pick<FeatureHead, "choices"> }[],
): StandingChoices | undefined {
  let said: StandingChoices | undefined;
  for (const { head } of known) {
    const choices = decodeChoices(head.choices);
    if (choices) said = said ? joinChoices(said, choices) : choices;
  }
  return said;
}
