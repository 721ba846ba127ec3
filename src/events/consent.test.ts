import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventId, UserId } from "#base";
import { Vocabulary } from "./catalogue.ts";
import { choiceIn, consentBits, consentOf, isStandingChoice } from "./consent.ts";
import { viewEvent } from "./event-view.ts";
import { validateMessage } from "./message.ts";
import { encodeEvent, type Fields, type StoredEvent } from "./stored-event.ts";

test("both forms of the field say the same, and of two words on one purpose the refusal counts", () => {
  const segment = { consent: { categoryPreferences: { ads: false, personalization: true } } };
  const rudder = {
    consentManagement: { allowedConsentIds: ["personalization"], deniedConsentIds: ["ads"] },
  };
  const said = { ads: false, personalization: true };
  expect(consentOf({ rest: { context: segment } })).toEqual(said);
  expect(consentOf({ rest: { context: rudder } })).toEqual(said);
  const torn = {
    consent: { categoryPreferences: { a: true, b: false } },
    consentManagement: { allowedConsentIds: ["b", "c"], deniedConsentIds: ["a", "c"] },
  };
  expect(consentOf({ rest: { context: torn } })).toEqual({ a: false, b: false, c: false });
});

test("an event that says nothing has no consent, which is not a refusal", () => {
  for (const context of [undefined, {}, { ip: "::1" }, { consent: {} }, { consentManagement: {} }])
    expect(consentOf({ rest: { context } })).toBeUndefined();
  expect(consentOf({ rest: { context: { consent: { categoryPreferences: {} } } } })).toBeUndefined();
});

const fields = fc.dictionary(
  fc.constantFrom("context", "consent", "consentManagement", "itemId", "ip"),
  fc.jsonValue(),
);
const forms = fc.record(
  {
    consent: fc.oneof(
      fc.jsonValue(),
      fc.record({ categoryPreferences: fc.dictionary(fc.constantFrom("a", "b"), fc.boolean()) }),
    ),
    consentManagement: fc.record({ deniedConsentIds: fc.subarray(["a", "c"]) }),
    ip: fc.string(),
    screen: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

test("read in place, an event says of consent what it says unpacked, whatever stands around it", () => {
  const event: Omit<StoredEvent, "properties" | "traits" | "rest"> = {
    ...{ kind: "track", eventId: "e" as EventId, userId: "u" as UserId },
    ...{ name: "view", timestampMs: 5, receivedAtMs: 5 },
  };
  const rest = fc
    .tuple(fields, fc.option(forms))
    .map(([others, context]) => ({ ...others, ...(context && { context }) }));
  fc.assert(
    fc.property(fields, fields, rest, fc.boolean(), (properties, traits, others, isRowFirst) => {
      const stored = { ...event, properties, traits, rest: others as Fields };
      const view = viewEvent(encodeEvent(stored));
      if (isRowFirst) view.rowProperties();
      expect(view.consent()).toEqual(consentOf(stored));
    }),
    { numRuns: 1000 },
  );
});

test("a word that could be misread is refused at the door", () => {
  const fault = (context: object): unknown => {
    const checked = validateMessage({ type: "track", event: "view", userId: "u", context });
    return "fault" in checked ? checked.fault.path : undefined;
  };
  expect(fault({ consent: { categoryPreferences: { ads: "false" } } })).toBe(
    "/context/consent/categoryPreferences/ads",
  );
  expect(fault({ consent: true })).toBe("/context/consent");
  expect(fault({ consentManagement: { deniedConsentIds: "ads" } })).toBe(
    "/context/consentManagement/deniedConsentIds",
  );
  expect(fault({ consent: { categoryPreferences: { ads: false }, provider: "x" }, ip: "::1" })).toBe(
    undefined,
  );
});

test("sixteen purposes fit in the bits of a row, each granted, refused or not spoken of", () => {
  const purposes = new Vocabulary(16);
  const names = Array.from({ length: 17 }, (_, n) => `p${n}`);
  for (const name of names) purposes.add(name);
  const choices = Object.fromEntries(names.flatMap((name, n) => (n % 3 === 2 ? [] : [[name, n % 3 === 0]])));
  const bits = consentBits({ ...choices, unheard: true }, purposes);
  for (const name of names.slice(0, 16)) expect(choiceIn(bits, purposes.codeOf(name)!)).toBe(choices[name]);
  expect(purposes.codeOf("p16")).toBe(0); // no room
  expect(consentBits({ p16: false, unheard: true }, purposes)).toBe(0);
  expect(consentBits({ p0: true, p1: false }, purposes)).toBe(0x0001_0003);
});

test("an identify and a change of mind stand from then on; other events speak for themselves", () => {
  expect(isStandingChoice({ kind: "identify", name: "" })).toBe(true);
  expect(isStandingChoice({ kind: "track", name: "Segment Consent Preference Updated" })).toBe(true);
  expect(isStandingChoice({ kind: "track", name: "save" })).toBe(false);
});
