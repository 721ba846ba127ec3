import { type Catalogue, choiceIn, type NamedPurpose, UNNAMED } from "#events";
import type { SequenceRow } from "./sequence-block.ts";
import { choiceAt, type StandingChoices } from "./standing-choices.ts";

/** What decides of a row: when it happened, and what it said itself. */
export type ConsentedRow = Pick<SequenceRow, "timestampMs" | "consent">;

/**
 * Which events of a person may be used for a purpose now: those that were collected with consent (the event's own word, else the
 * person's choice in force when it happened, else the purpose's default), and none while the newest choice refuses. Now is now:
 * a question about the past is asked today, so it does not reach behind a refusal.
 */
export function usableFor(
  purpose: NamedPurpose,
  choices: StandingChoices | undefined,
  catalogue: Catalogue,
): (row: ConsentedRow) => boolean {
  const standing = choices?.[purpose.name] ?? [];
  const code = catalogue.purposes.codeOf(purpose.name) ?? UNNAMED;
  const byDefault = purpose.default === "granted";
  if (standing.at(-1)?.[1] === false) return () => false;
  if (standing.length === 0) return ({ consent = 0 }) => choiceIn(consent, code) ?? byDefault;
  return ({ timestampMs, consent = 0 }) =>
    choiceIn(consent, code) ?? choiceAt(standing, timestampMs) ?? byDefault;
}
