import { Random } from "#base";
import { type CohortConfig, drawCohort } from "./cohort.ts";
import { logNormal, pickWeighted } from "./distributions.ts";
import {
  drawNotificationEffect,
  type NotificationEffect,
  type NotificationsConfig,
} from "./notifications.ts";
import type { HazardsConfig } from "./satisfaction.ts";

/**
 * @file The second form of the world (WORLD.md): interests that live through stages, people who lapse, leave and come back, journeys
 * with an end, purchases, and channels through which people came, each with knobs of its own; if asked for, cohorts, hazards that follow
 * satisfaction, and notifications. A world without these settings is the first form, byte for byte.
 */
export interface DynamicsConfig {
  readonly interests: InterestLifeConfig;
  readonly presence: PresenceConfig;
  readonly journeys: JourneysConfig;
  readonly purchases: PurchasesConfig;
  /** Trait `channel` -> how people who came that way differ. */
  readonly channels: Readonly<Record<string, ChannelConfig>>;
  /** Kinds of people whom nothing told gives away. Absent: one kind. */
  readonly cohorts?: Readonly<Record<string, CohortConfig>>;
  /** Absent: satisfaction moves nothing. A closed loop has settings of its own (`LoopConfig`). */
  readonly hazards?: HazardsConfig;
  /** Absent: nothing is sent. */
  readonly notifications?: NotificationsConfig;
}

export interface InterestLifeConfig {
  /** An interest is new for so many days. */
  readonly newDays: number;
  /** Mean days (exponential) of growing, of habit, and of fading until it comes back, where it does. */
  readonly growingDays: number;
  readonly habitDays: number;
  readonly revivalDays: number;
  /** Probability that a fading interest comes back. */
  readonly revivalShare: number;
  /** Half of the way to full strength, and down to nothing. */
  readonly growthHalfLifeDays: number;
  readonly fadeHalfLifeDays: number;
}

export interface PresenceConfig {
  /** Probabilities per day: engaged to lapsing (times the person's frailty), back, lapsing to away, away to engaged. */
  readonly lapse: number;
  readonly recover: number;
  readonly leave: number;
  readonly comeBack: number;
  /** Sessions of somebody lapsing, as a share of their usual. */
  readonly lapsingShare: number;
  /** Log-normal sigma of frailty (median 1). */
  readonly frailtySigma: number;
}

export interface JourneysConfig {
  /** Probability that a person has one inside the window. */
  readonly personShare: number;
  /** Its length, uniform, days. */
  readonly leastDays: number;
  readonly mostDays: number;
  /** Strength of its interests, against 1 for a usual one. */
  readonly strength: number;
}

export interface PurchasesConfig {
  /** Probability that a click at affinity 1 is followed by a purchase, for somebody whom prices leave cold. */
  readonly clickShare: number;
  /** Mean delay (exponential), hours. */
  readonly meanDelayHours: number;
}

export interface ChannelConfig {
  /** Relative number of people. */
  readonly weight: number;
  readonly sessionsFactor: number;
  readonly lapseFactor: number;
  readonly purchaseFactor: number;
}

export const dynamics = {
  interests: {
    newDays: 7,
    growingDays: 14,
    habitDays: 45,
    revivalDays: 25,
    revivalShare: 0.3,
    growthHalfLifeDays: 6,
    fadeHalfLifeDays: 4,
  },
  presence: {
    lapse: 0.012,
    recover: 0.05,
    leave: 0.07,
    comeBack: 0.012,
    lapsingShare: 0.25,
    frailtySigma: 0.9,
  },
  journeys: { personShare: 0.3, leastDays: 10, mostDays: 24, strength: 1.6 },
  purchases: { clickShare: 0.12, meanDelayHours: 20 },
  channels: {
    organic: { weight: 5, sessionsFactor: 1, lapseFactor: 1, purchaseFactor: 1 },
    invited: { weight: 2, sessionsFactor: 1.3, lapseFactor: 0.5, purchaseFactor: 1.2 },
    advertised: { weight: 3, sessionsFactor: 0.8, lapseFactor: 2, purchaseFactor: 0.7 },
  },
} as const satisfies DynamicsConfig;

/** What moves people in the preset `responsive`, and where settings name a part of a group and leave the rest open. */
export const responsive = {
  hazards: {
    memorySlates: 8,
    worth: { save: 1, closeUp: 0.25, hide: -2 },
    usual: 0.19,
    sessions: 0.6,
    lapsing: 1.2,
    leaving: 1.2,
    comingBack: 0.6,
    least: 0.4,
    most: 2.5,
  },
  notifications: {
    dayShare: 0.3,
    spreadSigma: 0.3,
    kinds: {
      helped: { weight: 3, sessionsFactor: 1.8, lapseFactor: 0.8, unsubscribeShare: 0.002 },
      indifferent: { weight: 4, sessionsFactor: 1, lapseFactor: 1, unsubscribeShare: 0.005 },
      annoyed: { weight: 2, sessionsFactor: 0.9, lapseFactor: 1.8, unsubscribeShare: 0.04 },
      lost: { weight: 1, sessionsFactor: 1, lapseFactor: 1, unsubscribeShare: 0.15 },
    },
  },
} as const satisfies Pick<DynamicsConfig, "hazards" | "notifications">;

/** What of the second form is a person's own: the channel's and the cohort's part in it included. */
export interface Temper {
  readonly channel: string;
  readonly cohort?: string;
  readonly sessionsFactor: number;
  /** Factor on the probability of lapsing: the channel's, the cohort's and the person's own. */
  readonly frailty: number;
  /** Of the cohort. */
  readonly leaveFactor: number;
  readonly comeBackFactor: number;
  readonly birthsFactor: number;
  readonly fadeFactor: number;
  readonly journeyFactor: number;
  readonly satisfactionFactor: number;
  /** Probability that a click at affinity 1 is followed by a purchase. */
  readonly purchaseShare: number;
  /** Where notifications are sent. */
  readonly notified?: NotificationEffect;
}

export function drawTemper(seed: number, index: number, config: DynamicsConfig): Temper {
  const random = Random.of(seed, `person/${index}/temper`);
  const names = Object.keys(config.channels);
  const channel =
    names[
      pickWeighted(
        random,
        names.map((name) => config.channels[name]!.weight),
      )
    ]!;
  const { sessionsFactor, lapseFactor, purchaseFactor } = config.channels[channel]!; // one of its names
  const { cohort, notificationFactor, ...own } = drawCohort(seed, index, config.cohorts);
  const frailty = lapseFactor * logNormal(random, config.presence.frailtySigma);
  const purchaseShare = config.purchases.clickShare * purchaseFactor * logNormal(random, PURCHASE_SIGMA);
  return {
    channel,
    ...(cohort !== undefined && { cohort }),
    sessionsFactor: sessionsFactor * own.sessionsFactor,
    frailty: frailty * own.lapseFactor,
    leaveFactor: own.leaveFactor,
    comeBackFactor: own.comeBackFactor,
    birthsFactor: own.birthsFactor,
    fadeFactor: own.fadeFactor,
    journeyFactor: own.journeyFactor,
    satisfactionFactor: own.satisfactionFactor,
    purchaseShare: Math.min(1, purchaseShare * own.purchaseFactor),
    ...(config.notifications && {
      notified: drawNotificationEffect(seed, index, config.notifications, notificationFactor),
    }),
  };
}

/** Log-normal sigma of how easily people buy. */
const PURCHASE_SIGMA = 0.7;
