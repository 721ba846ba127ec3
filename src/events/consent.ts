import { CONSENT_UPDATED, MAX_PURPOSES } from "#declarations";
import type { Vocabulary } from "./catalogue.ts";
import type { StoredEvent } from "./stored-event.ts";

/**
 * @file What an event says of its sender's consent, in the two forms of the field (docs/decisions/0015-consent.md):
 *
 *     context.consent.categoryPreferences          { advertising: false, analytics: true }       Segment
 *     context.consentManagement                    { allowedConsentIds, deniedConsentIds }       RudderStack
 *
 * Categories are purposes by name. What an event says holds for that event. On an `identify`, and on the track event that
 * consent managers send when somebody changes their mind, it is the person's standing choice as well.
 */

/** Purpose -> whether it is granted. Purposes that nothing is said of are absent. */
export type ConsentChoices = Readonly<Record<string, boolean>>;

/** What the event says of consent; `undefined` when it says nothing. Where it says both of a purpose, the refusal counts. */
export function consentOf({ rest }: Pick<StoredEvent, "rest">): ConsentChoices | undefined {
  const { consent, consentManagement } = fieldsOf(rest["context"]);
  if (consent === undefined && consentManagement === undefined) return undefined;
  const { allowedConsentIds, deniedConsentIds } = fieldsOf(consentManagement);
  const said = Object.entries(fieldsOf(fieldsOf(consent)["categoryPreferences"]));
  const choices = new Map<string, boolean>();
  for (const name of namesIn(allowedConsentIds)) choices.set(name, true);
  for (const [name, isGranted] of said) {
    if (typeof isGranted === "boolean") choices.set(name, isGranted && choices.get(name) !== false);
  }
  for (const name of namesIn(deniedConsentIds)) choices.set(name, false);
  return choices.size > 0 ? Object.fromEntries(choices) : undefined;
}

/** Whether what the event says of consent is the person's standing choice from then on. */
export function isStandingChoice({ kind, name }: Pick<StoredEvent, "kind" | "name">): boolean {
  return kind === "identify" || (kind === "track" && name === CONSENT_UPDATED);
}

/**
 * Choices as a row of a sequence keeps them: bit `code - 1` says that something is said of the purpose of that code, bit `code
 * + 15` that it is granted. 0 when nothing is said of any purpose that has a code.
 */
export function consentBits(choices: ConsentChoices | undefined, purposes: Vocabulary): number {
  let bits = 0;
  for (const [name, isGranted] of Object.entries(choices ?? {})) {
    const code = purposes.codeOf(name);
    if (code) bits |= (isGranted ? 1 + GRANTED : 1) << (code - 1);
  }
  return bits >>> 0;
}

/** What bits say of the purpose of a code; `undefined` when nothing. */
export function choiceIn(bits: number, code: number): boolean | undefined {
  const bit = bits >>> (code - 1);
  return bit & 1 ? (bit & GRANTED) !== 0 : undefined;
}

/** From the bit of what is said to the bit of what is granted. */
const GRANTED = 2 ** MAX_PURPOSES;

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
