import { expect, test } from "vitest";
import { describePerson, type Portrait } from "./describe-person.ts";

const now = "2026-03-01T12:00:00.000Z";

test("what strangers sent stands on its own line and commands no terminal", () => {
  const sent = "\x1b[2J\x9b31mgone\r\n  core";
  const portrait = {
    profile: {
      userId: `anna${sent}`,
      traits: { name: sent, city: sent },
      counts: { [sent]: 3 },
      ...{ eventCount: 3, firstSeen: now, asOf: now, computedAt: now },
    },
    interests: {
      muted: [sent],
      journeys: [{ name: sent, keywords: [sent], kind: "evergreen", stage: "ongoing", context: "any day" }],
      interests: [
        {
          ...{ label: sent, path: [sent, sent], share: 1, shareNow: 1, perWeek: 2, lifecycle: "new" },
          ...{
            lastSeen: now,
            why: sent,
            events: [{ timestamp: now, action: sent, title: sent, itemId: "i" }],
          },
        },
      ],
    },
    next: { items: [{ title: sent, itemId: "i", reasons: [{ text: sent }] }] },
  } as unknown as Portrait; // what is shown of it
  const plain = describePerson(portrait);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  expect(plain.replace(/\x1b\[\d+m/g, "")).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(plain.split("\n").some((line) => line.startsWith("  core"))).toBe(false);
});
