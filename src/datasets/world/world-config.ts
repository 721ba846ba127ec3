import { type DynamicsConfig, dynamics, responsive } from "./dynamics.ts";

/**
 * @file Every number the world is made of, in one documented record. The three presets differ in size only; behaviour is
 * shared, so that what is learnt on `tiny` holds on `standard`. Symbols refer to the formulae in the header of `world.ts`.
 */
export interface WorldConfig {
  /** 32-bit seed: the same configuration and seed give the same bytes. */
  readonly seed: number;
  /** First instant of the window, ISO 8601 with zone. Fixed, for the world is served under a historical clock. */
  readonly startsAt: string;
  /** Length of the window, days. */
  readonly days: number;
  /** People who exist before the window ends. */
  readonly peopleCount: number;
  /** Expected number of items born before the window. */
  readonly itemsBefore: number;
  /** Expected number of items born per day of the window (rate of the Poisson process). */
  readonly itemsPerDay: number;
  readonly topics: TopicsConfig;
  readonly items: ItemsConfig;
  readonly people: PeopleConfig;
  readonly sessions: SessionsConfig;
  readonly policy: PolicyConfig;
  readonly reactions: ReactionsConfig;
  readonly delivery: DeliveryConfig;
  /** The second form; absent: the first. */
  readonly dynamics?: DynamicsConfig;
}

export interface TopicsConfig {
  /** Size of the latent space; topics are unit vectors in it. */
  readonly embeddingSize: number;
  /** Cosine of a middle topic to its parent: how alike the cousins are (two cousins: its square times the next's). */
  readonly middleCosine: number;
  /** Cosine of a leaf to its middle topic; two sibling leaves are at its square. */
  readonly leafCosine: number;
  /** Log-normal sigma of a leaf's demand: some topics are simply loved more. */
  readonly demandSigma: number;
  /** An interest in leaf `a` reaches leaf `b` with `max(0, cos(a, b)) ^ kernelPower`: how far taste spills over. */
  readonly kernelPower: number;
}

export interface ItemsConfig {
  /** How long before the window the first item was born, days. */
  readonly catalogueAgeDays: number;
  /** Probability that an item mixes two leaves. */
  readonly mixedShare: number;
  /** Probability that the second leaf of a mix stays under the same top-level topic. */
  readonly mixedWithinTop: number;
  /** Log-normal sigma of quality (median 1). */
  readonly qualitySigma: number;
  /** Popularity weight = `quality ^ popularityOfQuality * exp(popularitySigma z)`: fame follows quality, loosely. */
  readonly popularityOfQuality: number;
  readonly popularitySigma: number;
  /** Mean cosine of the public content vector to the item's true direction, and its spread between items. */
  readonly vectorCosine: number;
  readonly vectorCosineSpread: number;
}

export interface PeopleConfig {
  /** Probability of signing up inside the window; the others were there before it. */
  readonly newcomerShare: number;
  /** Mean time since sign-up of those who were there before, days. */
  readonly meanTenureDays: number;
  /** Probability of each of the five further interests after the first: 1 to 6 in all. */
  readonly furtherInterest: number;
  /** Log-normal sigma of an interest's strength (median 1). */
  readonly strengthSigma: number;
  /** Probability that an interest other than the first is born inside the window. */
  readonly lateBirthShare: number;
  /** Probability that a late interest is a sibling of an older one (same middle topic). */
  readonly besideExisting: number;
  /** Half of a newborn interest's strength is reached after this many days. */
  readonly growthHalfLifeDays: number;
  /** Probability that an interest other than the first starts to fade inside the window. */
  readonly fadeShare: number;
  /** A fading interest halves in this many days. */
  readonly fadeHalfLifeDays: number;
  /** Each demographic value tilts each top-level topic by `exp(tiltSigma z)`: a hint, never a stereotype. */
  readonly tiltSigma: number;
}

export interface SessionsConfig {
  /** Sessions per day of a person: Pareto with this minimum, tail index and cap. A tail index below 2 makes it heavy. */
  readonly perDayMinimum: number;
  readonly perDayShape: number;
  readonly perDayCap: number;
  /** Mean number of slates in a session (geometric). */
  readonly slatesPerSession: number;
  /** Share of slates by surface in the population; people vary around it. Sum 1. */
  readonly surfaceShares: { readonly home: number; readonly search: number; readonly related: number };
  /** Probability that a search is idle curiosity: about any leaf, not about an interest. */
  readonly idleSearchShare: number;
  /** Probability that a search names the middle topic rather than the leaf. */
  readonly broadSearchShare: number;
}

export interface PolicyConfig {
  /** Items in a slate. */
  readonly slateSize: number;
  /** Probability that a slot of the home surface is drawn by popularity, among fresh items, or uniformly. Sum 1. */
  readonly home: { readonly popular: number; readonly fresh: number; readonly explore: number };
  /** Probability that a slot of search or related comes from the leaf asked for, its middle topic, or anywhere. Sum 1. */
  readonly topical: { readonly leaf: number; readonly middle: number; readonly explore: number };
  /** An item is fresh for this many days. */
  readonly freshDays: number;
}

export interface ReactionsConfig {
  /** Position bias: `P(position k is looked at) = (1 + k) ^ -examinationDecay`. */
  readonly examinationDecay: number;
  /** Logit of a close-up on something of no interest and median quality. */
  readonly closeUpBias: number;
  /** Logit added by affinity 1, and by one unit of ln(quality). */
  readonly closeUpOfAffinity: number;
  readonly closeUpOfQuality: number;
  /** Logit added by a fresh item to a person whose taste for novelty is 1. */
  readonly closeUpOfNovelty: number;
  /** Logit taken off per unit of ln(1 + recent impressions of the leaf), and when the item was engaged with before. */
  readonly fatigue: number;
  readonly repeatPenalty: number;
  /** Recent impressions of a leaf fade with this time constant, hours. */
  readonly fatigueHours: number;
  /** After a close-up: logit of each action at affinity 0, and what affinity 1 adds. */
  readonly save: LogitLine;
  readonly click: LogitLine;
  readonly share: LogitLine;
  /** Looked at and passed over: logit of hiding it. Affinity lowers it. */
  readonly hide: LogitLine;
  /** Probability that an impression is clicked by accident, looked at or not. */
  readonly accidentalClick: number;
  /** Median dwell on a close-up at affinity 0, seconds; multiplied by `exp(dwellOfAffinity * affinity)`; log-normal sigma. */
  readonly dwellMedianSeconds: number;
  readonly dwellOfAffinity: number;
  readonly dwellSigma: number;
}

export interface LogitLine {
  readonly bias: number;
  readonly ofAffinity: number;
}

export interface DeliveryConfig {
  /** Probability that an event is delivered twice, under the same messageId. */
  readonly duplicateShare: number;
  /** Probability that an event arrives late: out of order. */
  readonly lateShare: number;
  /** Mean delay of a late event, hours (exponential), after a minimum of fifteen minutes. */
  readonly lateMeanHours: number;
}

const behaviour = {
  topics: { embeddingSize: 32, middleCosine: 0.75, leafCosine: 0.8, demandSigma: 0.9, kernelPower: 4 },
  items: {
    catalogueAgeDays: 180,
    mixedShare: 0.2,
    mixedWithinTop: 0.85,
    qualitySigma: 0.8,
    popularityOfQuality: 1,
    popularitySigma: 1,
    vectorCosine: 0.7,
    vectorCosineSpread: 0.05,
  },
  people: {
    newcomerShare: 0.2,
    meanTenureDays: 200,
    furtherInterest: 0.45,
    strengthSigma: 0.4,
    lateBirthShare: 0.45,
    besideExisting: 0.5,
    growthHalfLifeDays: 2,
    fadeShare: 0.4,
    fadeHalfLifeDays: 3,
    tiltSigma: 0.35,
  },
  sessions: {
    perDayMinimum: 0.115,
    perDayShape: 1.5,
    perDayCap: 10,
    slatesPerSession: 2.4,
    surfaceShares: { home: 0.45, search: 0.25, related: 0.3 },
    idleSearchShare: 0.15,
    broadSearchShare: 0.4,
  },
  policy: {
    slateSize: 10,
    home: { popular: 0.6, fresh: 0.15, explore: 0.25 },
    topical: { leaf: 0.55, middle: 0.35, explore: 0.1 },
    freshDays: 7,
  },
  reactions: {
    examinationDecay: 0.5,
    closeUpBias: -3.3,
    closeUpOfAffinity: 4.8,
    closeUpOfQuality: 0.4,
    closeUpOfNovelty: 0.8,
    fatigue: 0.25,
    repeatPenalty: 1.5,
    fatigueHours: 12,
    save: { bias: -2.2, ofAffinity: 3.6 },
    click: { bias: -1.8, ofAffinity: 1.4 },
    share: { bias: -4.2, ofAffinity: 1.6 },
    hide: { bias: -5, ofAffinity: -3 },
    accidentalClick: 0.002,
    dwellMedianSeconds: 3,
    dwellOfAffinity: 2,
    dwellSigma: 0.8,
  },
  delivery: { duplicateShare: 0.005, lateShare: 0.01, lateMeanHours: 6 },
} as const;

const common = { seed: 20260101, startsAt: "2026-01-01T00:00:00.000Z", ...behaviour };

/** Kinds of people of the preset `responsive`. */
const cohorts = {
  steady: { share: 0.6 },
  flighty: { share: 0.25, lapseFactor: 1.5, leaveFactor: 2, birthsFactor: 1.3, fadeFactor: 1.5 },
  collectors: {
    share: 0.15,
    sessionsFactor: 1.5,
    leaveFactor: 0.5,
    purchaseFactor: 2,
    notificationFactor: 0.5,
  },
} as const;

/**
 * Worlds by size: `tiny` is for tests, `small` takes seconds; `living` and `standard` (minutes) have the second form, `responsive` has it
 * with cohorts and with people whom satisfaction and notifications move.
 */
export const worldPresets = {
  tiny: { ...common, peopleCount: 60, days: 10, itemsBefore: 900, itemsPerDay: 20 },
  small: { ...common, peopleCount: 2_000, days: 30, itemsBefore: 2_500, itemsPerDay: 50 },
  living: { ...common, dynamics, peopleCount: 1_000, days: 90, itemsBefore: 3_000, itemsPerDay: 40 },
  responsive: {
    ...{ ...common, dynamics: { ...dynamics, ...responsive, cohorts } },
    ...{ peopleCount: 2_000, days: 60, itemsBefore: 3_000, itemsPerDay: 40 },
  },
  standard: { ...common, dynamics, peopleCount: 10_000, days: 90, itemsBefore: 4_000, itemsPerDay: 90 },
} as const satisfies Record<string, WorldConfig>;

export type WorldPreset = keyof typeof worldPresets;
