import type { Annotations } from "./field.ts";

/** What events may be used for when neither the event nor the person says. */
export type ConsentDefault = "granted" | "denied";

export const consentDefaults: readonly ConsentDefault[] = ["granted", "denied"];

/** Something that events are used for and that people can agree to or refuse: a category of the consent manager. */
export interface DeclaredPurpose extends Pick<Annotations, "description" | "owner"> {
  readonly default: ConsentDefault;
}

/** Declares a purpose. Its name is the category that consent objects of events speak of; `defineConfig` checks both. */
export function purpose(input: DeclaredPurpose): DeclaredPurpose {
  return { ...input };
}

/** The track event that Segment's consent wrappers send when somebody changes their mind. Nothing needs to declare it. */
export const CONSENT_UPDATED = "Segment Consent Preference Updated";

/** A row of a sequence has two bits for each. */
export const MAX_PURPOSES = 16;

/** What the platform itself uses events for: recommendations, and the models they are made with. */
export const PERSONALIZATION = "personalization";

/** In force where no purposes are declared. Spread it to add to it: `purposes: { ...defaultPurposes, research: purpose({ ... }) }`. */
export const defaultPurposes = {
  [PERSONALIZATION]: purpose({ default: "granted" }),
  analytics: purpose({ default: "granted" }),
  advertising: purpose({ default: "denied" }),
};
