import { expect, test } from "vitest";
import { dynamics } from "./dynamics.ts";
import { worldPresets } from "./world-config.ts";
import { withWorldSettings } from "./world-settings.ts";

const { living } = worldPresets;

test("what is given takes the place of what there was, and the rest stays", () => {
  const settings = { itemsPerDay: 3, dynamics: { presence: { lapse: 0.03 } } };
  expect(withWorldSettings(living, settings)).toEqual({
    ...living,
    itemsPerDay: 3,
    dynamics: { ...dynamics, presence: { ...dynamics.presence, lapse: 0.03 } },
  });
});

test("channels are given whole", () => {
  const channels = { street: { weight: 1, sessionsFactor: 2, lapseFactor: 1, purchaseFactor: 1 } };
  expect(withWorldSettings(living, { dynamics: { channels } }).dynamics?.channels).toEqual(channels);
});

test.each<[string, unknown]>([
  ["world is 3; it must be an object", 3],
  ["world.dynamic is no setting; there are seed,", { dynamic: {} }],
  ["world.dynamics.presence.laps is no setting; there are lapse,", { dynamics: { presence: { laps: 1 } } }],
  ["world.dynamics.presence is 1; it must be an object", { dynamics: { presence: 1 } }],
  ['world.days is "9"; it must be a number', { days: "9" }],
  ["world.__proto__ is no setting", JSON.parse('{"__proto__": {"days": 1}}')],
])("what is no setting is refused by name: %s", (message, settings) => {
  expect(() => withWorldSettings(living, settings)).toThrow(
    expect.objectContaining({ code: "invalid-config", message: expect.stringContaining(message) }),
  );
});
