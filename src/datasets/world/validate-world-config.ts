import { PlatformError } from "#base";
import { noCohort } from "./cohort.ts";
import type { DynamicsConfig } from "./dynamics.ts";
import type { WorldConfig } from "./world-config.ts";

/** @throws PlatformError `invalid-config` naming the first setting whose value cannot be, the value and what it can be. */
export function validateWorldConfig(config: WorldConfig): void {
  if (Number.isNaN(Date.parse(config.startsAt)))
    fail("startsAt", config.startsAt, "an ISO 8601 time, such as 2026-01-01T00:00:00Z");
  checkNumbers(config, "");
  if (config.dynamics) checkKinds(config.dynamics);
  const { home, topical } = config.policy;
  const splits = {
    "policy.home": home,
    "policy.topical": topical,
    "sessions.surfaceShares": config.sessions.surfaceShares,
  };
  for (const [path, parts] of Object.entries(splits)) {
    const sum = Object.values(parts).reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) > 1e-9) fail(path, sum, "shares that sum to 1");
  }
  for (const [path, { explore }] of Object.entries({ "policy.home": home, "policy.topical": topical }))
    if (explore === 0) fail(`${path}.explore`, 0, "above 0, so that every item can be shown");
  if (config.itemsBefore < 10 * config.policy.slateSize)
    fail("itemsBefore", config.itemsBefore, "at least ten slates of items");
}

/** Groups whose members are named by who writes them: each has all it needs and nothing that is not known. */
function checkKinds({ channels, cohorts, notifications }: DynamicsConfig): void {
  checkMembers(
    "dynamics.channels",
    channels,
    ["weight", "sessionsFactor", "lapseFactor", "purchaseFactor"],
    [],
  );
  checkWeights("dynamics.channels", channels);
  if (notifications) {
    const needed = ["weight", "sessionsFactor", "lapseFactor", "unsubscribeShare"];
    checkMembers("dynamics.notifications.kinds", notifications.kinds, needed, []);
    checkWeights("dynamics.notifications.kinds", notifications.kinds);
  }
  if (!cohorts) return;
  checkMembers("dynamics.cohorts", cohorts, ["share"], Object.keys(noCohort));
  const sum = Object.values(cohorts).reduce((total, { share }) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9) fail("dynamics.cohorts", sum, "cohorts whose shares sum to 1");
}

function checkMembers(
  path: string,
  members: Readonly<Record<string, object>>,
  needed: readonly string[],
  allowed: readonly string[],
): void {
  for (const [name, member] of Object.entries(members)) {
    const at = `${path}.${name}`;
    if (typeof member !== "object" || member === null)
      fail(at, member, `an object with ${needed.join(", ")}`);
    for (const setting of needed)
      if (!Object.hasOwn(member, setting)) fail(`${at}.${setting}`, undefined, "a number");
    for (const [setting, value] of Object.entries(member)) {
      if (![...needed, ...allowed].includes(setting))
        fail(`${at}.${setting}`, value, `one of ${[...needed, ...allowed].join(", ")}: this is no setting`);
      if (typeof value !== "number") fail(`${at}.${setting}`, value, "a number");
    }
  }
}

function checkWeights(path: string, members: Readonly<Record<string, { readonly weight: number }>>): void {
  const sum = Object.values(members).reduce((total, { weight }) => total + weight, 0);
  if (!(sum > 0)) fail(path, sum, "members of which one at least has a weight above 0");
}

/** What each number can be: [low, high], and whether it is whole. A path is looked up by its last name, then whole. */
const ranges: Readonly<Record<string, readonly [low: number, high: number, whole?: "whole"]>> = {
  seed: [0, 0xffffffff, "whole"],
  days: [1, 3650, "whole"],
  peopleCount: [1, 10_000_000, "whole"],
  itemsBefore: [1, 10_000_000],
  itemsPerDay: [0, 1_000_000],
  embeddingSize: [2, 4096, "whole"],
  middleCosine: [0, 1],
  leafCosine: [0, 1],
  vectorCosine: [0, 1],
  vectorCosineSpread: [0, 0.2],
  kernelPower: [0.1, 20],
  popularityOfQuality: [0, 5],
  perDayMinimum: [1e-4, 100],
  perDayShape: [1.01, 100],
  perDayCap: [1e-4, 100],
  slatesPerSession: [1, 50],
  slateSize: [1, 100, "whole"],
  catalogueAgeDays: [1, 36_500],
  meanTenureDays: [1, 36_500],
  growthHalfLifeDays: [0.01, 3650],
  fadeHalfLifeDays: [0.01, 3650],
  freshDays: [0.1, 3650],
  fatigueHours: [0.1, 1000],
  lateMeanHours: [0, 1000],
  examinationDecay: [0, 5],
  dwellMedianSeconds: [0.1, 600],
  mixedWithinTop: [0, 1],
  furtherInterest: [0, 1],
  besideExisting: [0, 1],
  accidentalClick: [0, 1],
  lapse: [0, 0.5],
  recover: [0, 0.5],
  leave: [0, 0.5],
  comeBack: [0, 1],
  strength: [0, 10],
  weight: [0, 1000],
  meanDelayHours: [0, 1000],
  share: [0, 1],
  fadeFactor: [0.01, 100],
  memorySlates: [1, 1000],
  least: [0.01, 1],
  most: [1, 100],
};
const logits: readonly [number, number] = [-20, 20];
const shares: readonly [number, number] = [0, 1];
const sigmas: readonly [number, number] = [0, 3];

function checkNumbers(group: object, path: string): void {
  for (const [name, value] of Object.entries(group)) {
    const at = path === "" ? name : `${path}.${name}`;
    if (typeof value === "object" && value !== null) checkNumbers(value, at);
    if (typeof value !== "number") continue;
    const [low, high, whole] = rangeOf(name, at);
    if (!(value >= low && value <= high)) fail(at, value, `from ${low} to ${high}`);
    if (whole && !Number.isInteger(value)) fail(at, value, "a whole number");
  }
}

function rangeOf(name: string, path: string): readonly [low: number, high: number, whole?: "whole"] {
  const named = ranges[name];
  if (named) return named;
  if (name.endsWith("Days")) return [0.01, 3650];
  if (name.endsWith("Factor")) return [0, 100];
  if (name.endsWith("Share") || /(surfaceShares|policy)\./.test(path)) return shares;
  return name.endsWith("Sigma") ? sigmas : logits;
}

function fail(path: string, value: unknown, expected: string): never {
  throw new PlatformError("invalid-config", `world.${path} is ${String(value)}; it must be ${expected}.`);
}
