import type { InterestBody, InterestsBody, JourneyBody, PredictionsBody, UserStateBody } from "#api";
import type { Catalogue } from "#events";
import type { Engagement, Foretold, Interest, InterestsSignal, Journey, UserStateSignal } from "#profiles";
import { toIso, toIsoOrNull } from "./bodies.ts";

/** @file Interests, journeys and states as the API's bodies. */

export interface InterestView {
  readonly explain: boolean;
  readonly view: "long" | "now";
  readonly computedAtMs: number;
}

export function interestsBody(
  { interests, journeys, engagements, controls, newestMs, version }: InterestsSignal,
  catalogue: Catalogue,
  { explain, view, computedAtMs }: InterestView,
): InterestsBody {
  const ordered =
    view === "long" ? interests : [...interests].sort((left, right) => right.shareNow - left.shareNow);
  const events = new Map(explain ? engagements.map((one) => [one.eventId, one]) : []);
  return {
    interests: ordered.map((interest) => {
      const body = interestBody(interest, catalogue);
      return explain ? { ...body, ...explanation(interest, events, catalogue) } : body;
    }),
    journeys: journeys.map(journeyBody),
    muted: controls.muted.map(({ interestId }) => interestId),
    asOf: toIsoOrNull(newestMs),
    computedAt: toIso(computedAtMs),
    version,
    completeness: 1,
  };
}

/** Field by field, as all bodies here that there are many of: spreading takes longer than working out what is spread. */
function interestBody(interest: Interest, catalogue: Catalogue): InterestBody {
  return {
    interestId: interest.interestId,
    label: interest.label,
    path: [...interest.path],
    lifecycle: interest.lifecycle,
    certainty: interest.certainty,
    since: toIso(interest.sinceMs),
    importance: interest.importance,
    share: interest.share,
    shareNow: interest.shareNow,
    engagementCount: interest.engagementCount,
    perWeek: interest.perWeek,
    velocity: interest.velocity,
    firstSeen: toIso(interest.firstMs),
    lastSeen: toIso(interest.lastMs),
    medoid: itemBody(interest.medoid, catalogue),
    landmarks: interest.landmarks.map((row) => itemBody(row, catalogue)),
    evidence: [...interest.evidence],
  };
}

function explanation(
  { evidence, engagementCount, lifecycle, recent, expected, label, firstMs, lastMs }: Interest,
  events: ReadonlyMap<string, Engagement>,
  catalogue: Catalogue,
): Pick<InterestBody, "why" | "events"> {
  const pace =
    expected === 0 // there was nothing to expect any by
      ? `first on ${dayOf(firstMs)}, last on ${dayOf(lastMs)}`
      : `${recent} in the last 10 days, each item once a day, where ${expected.toFixed(1)} were to be expected`;
  return {
    why: `${engagementCount} engagements with ${label}; ${lifecycle}: ${pace}`,
    events: evidence.flatMap((eventId) => {
      const event = events.get(eventId);
      if (!event) return [];
      const { action, timestampMs, itemRow } = event;
      return { eventId, action, timestamp: toIso(timestampMs), ...itemBody(itemRow, catalogue) };
    }),
  };
}

function itemBody(itemRow: number, catalogue: Catalogue): { itemId: string; title?: string } {
  const { itemId, title } = catalogue.at(itemRow);
  return title === undefined ? { itemId } : { itemId, title };
}

function journeyBody(journey: Journey): JourneyBody {
  return {
    journeyId: journey.journeyId,
    name: journey.name,
    intent: journey.intent,
    context: journey.context,
    kind: journey.kind,
    stage: journey.stage,
    confidence: journey.confidence,
    score: journey.score,
    interestIds: [...journey.interestIds],
    keywords: [...journey.keywords],
    evidence: [...journey.evidence],
    firstSeen: toIso(journey.firstMs),
    lastSeen: toIso(journey.lastMs),
  };
}

/** Definition version of states: it changes with their rules. */
const STATE_VERSION = "1";

export function userStateBody(signal: UserStateSignal | undefined, computedAtMs: number): UserStateBody {
  return {
    value: signal?.state ?? null,
    activeDays: signal?.activeDays ?? 0,
    asOf: toIsoOrNull(signal?.newestMs),
    computedAt: toIso(computedAtMs),
    version: STATE_VERSION,
    completeness: 1,
  };
}

export function predictionsBody(
  { predictions, repeatPurchases }: Foretold,
  { version, newestMs, computedAtMs }: { version: string; newestMs: number; computedAtMs: number },
): PredictionsBody {
  return {
    value: predictions.map(({ drivers, ...prediction }) => ({
      ...prediction,
      drivers: drivers.map((driver) => ({ ...driver })),
    })),
    ...(repeatPurchases.length > 0 && {
      repeatPurchases: repeatPurchases.map(({ drivers, ...one }) => ({
        ...one,
        drivers: drivers.map((driver) => ({ ...driver })),
      })),
    }),
    asOf: toIso(newestMs),
    computedAt: toIso(computedAtMs),
    version,
    completeness: predictions.length > 0 ? 1 : 0,
  };
}

function dayOf(timeMs: number): string {
  return toIso(timeMs).slice(0, 10);
}
