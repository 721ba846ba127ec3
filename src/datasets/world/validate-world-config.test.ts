import { expect, test } from "vitest";
import { validateWorldConfig } from "./validate-world-config.ts";
import { type WorldConfig, worldPresets } from "./world-config.ts";

const { tiny, living, responsive } = worldPresets;
const { hazards, notifications } = responsive.dynamics;

/** As somebody's JSON might have it. */
function withDynamics(given: object): WorldConfig {
  return { ...tiny, dynamics: { ...living.dynamics, ...given } };
}

test("every preset is valid", () => {
  for (const preset of Object.values(worldPresets)) expect(() => validateWorldConfig(preset)).not.toThrow();
});

test.each<[string, WorldConfig]>([
  ["world.days is 0", { ...tiny, days: 0 }],
  ["world.days is 1.5", { ...tiny, days: 1.5 }],
  ["world.seed is -1", { ...tiny, seed: -1 }],
  ["world.startsAt is soon", { ...tiny, startsAt: "soon" }],
  ["world.itemsBefore is 50", { ...tiny, itemsBefore: 50 }],
  ["world.delivery.lateShare is 2", { ...tiny, delivery: { ...tiny.delivery, lateShare: 2 } }],
  ["world.people.tiltSigma is NaN", { ...tiny, people: { ...tiny.people, tiltSigma: Number.NaN } }],
  ["world.sessions.perDayShape is 1", { ...tiny, sessions: { ...tiny.sessions, perDayShape: 1 } }],
  [
    "world.policy.home is",
    { ...tiny, policy: { ...tiny.policy, home: { popular: 1, fresh: 0.5, explore: 0.5 } } },
  ],
  [
    "world.policy.home.explore is 0",
    { ...tiny, policy: { ...tiny.policy, home: { popular: 0.5, fresh: 0.5, explore: 0 } } },
  ],
  ["world.dynamics.cohorts is 0.9", withDynamics({ cohorts: { some: { share: 0.9 } } })],
  ["world.dynamics.cohorts.some.share is undefined", withDynamics({ cohorts: { some: {} } })],
  [
    "world.dynamics.cohorts.some.leavFactor is 2",
    withDynamics({ cohorts: { some: { share: 1, leavFactor: 2 } } }),
  ],
  [
    "world.dynamics.cohorts.some.leaveFactor is -1",
    withDynamics({ cohorts: { some: { share: 1, leaveFactor: -1 } } }),
  ],
  ["world.dynamics.channels is 0", withDynamics({ channels: {} })],
  [
    "world.dynamics.notifications.kinds is 0",
    withDynamics({ notifications: { ...notifications, kinds: {} } }),
  ],
  [
    "world.dynamics.notifications.dayShare is 2",
    withDynamics({ notifications: { ...notifications, dayShare: 2 } }),
  ],
  ["world.dynamics.hazards.most is 0.5", withDynamics({ hazards: { ...hazards, most: 0.5 } })],
])("a wrong setting is refused by name: %s", (message, config) => {
  expect(() => validateWorldConfig(config)).toThrow(
    expect.objectContaining({ code: "invalid-config", message: expect.stringContaining(message) }),
  );
});
