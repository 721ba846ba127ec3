import { expect, test } from "vitest";
import { ValueTable } from "#features";
import { FeatureJson } from "./feature-json.ts";
import { changeBody, isNotApplied, unknownFeature } from "./features-not-applied.ts";

const change = {
  ...{ added: ["visits"], removed: ["taps"], changed: [{ name: "saves", from: "1", to: "2" }], noted: [] },
  needsBackfill: true,
};

test("who asks for a feature that is declared and not applied is told so, and what to run", () => {
  expect(changeBody(change)).toMatchObject({
    ...{ added: ["visits"], removed: ["taps"], changed: ["saves"], needsBackfill: true },
    hint: "declared, not applied: run inkling features apply (1 added, 1 removed, 1 changed, reading all events once)",
  });
  expect(["visits", "any:visits", "saves", "taps"].map((name) => isNotApplied(name, change))).toEqual([
    ...[true, true, false, false],
  ]);
  expect(unknownFeature("visits", { featuresNotApplied: change }).message).toMatch(
    /"visits" is declared, not applied/,
  );
  expect(unknownFeature("vists", { featuresNotApplied: change }).message).toMatch(
    /no feature is called "vists"/,
  );
});

test("an answer in Feast's shape says so where a name that was asked for is one of them", () => {
  const json = new FeatureJson({ planned: () => undefined }, change);
  const answerTo = (names: string[]): unknown => {
    const table = new ValueTable(1, names.length);
    const asked = { names, isOfPeople: true, read: async () => table };
    const { text, sent } = json.write(asked, false, [["user_id", ["ann"]]], table);
    const { metadata } = JSON.parse(text.toString());
    sent();
    return metadata;
  };
  expect(answerTo(["saves"])).toEqual({ feature_names: ["user_id", "saves"] });
  expect(answerTo(["saves", "visits"])).toEqual({
    feature_names: ["user_id", "saves", "visits"],
    not_applied: ["visits"],
    hint: "declared, not applied: run inkling features apply",
  });
});
