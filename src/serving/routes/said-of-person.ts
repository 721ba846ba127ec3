import type { InterestsBody, PredictionsBody, UserStateBody } from "#api";
import type { NamedPurpose } from "#events";
import { readPredictions, readUserState } from "#profiles";
import { readPerson, usableFor } from "#sequences";
import { interestsBody, predictionsBody, userStateBody } from "../interest-bodies.ts";
import type { Services } from "../services.ts";
import { userNotFound } from "./user-not-found.ts";

/** What is said of a person beside what is known of them: of interests, state and predictions those that are named. */
export async function readSaid(
  services: Services,
  id: string,
  query: {
    readonly asOfMs: number;
    readonly purpose: NamedPurpose | undefined;
    readonly added: readonly string[];
  },
): Promise<{ interests?: InterestsBody; state?: UserStateBody; predictions?: PredictionsBody }> {
  const { state, identity, catalogue, clock, interests, purposes } = services;
  const { predictions } = services.population;
  const { asOfMs, added } = query;
  const person = await readPerson(state, identity.idsOf(id));
  if (!person) throw userNotFound(id);
  const computedAtMs = clock.nowMs();
  const isUsable = usableFor(query.purpose ?? purposes.personalization, person.record.consent, catalogue);
  const view = { explain: false, view: "long", computedAtMs } as const;
  const asked = { asOfMs, isUsable };
  const [known, stands, foretold] = await Promise.all([
    added.includes("interests") ? interests.read(identity.personOf(id), person, asOfMs) : undefined,
    added.includes("state") ? readUserState(state, person, asked) : undefined,
    added.includes("predictions") && predictions
      ? readPredictions(services, predictions.model, person, asked)
      : undefined,
  ]);
  return {
    ...(known && { interests: interestsBody(known, catalogue, view) }),
    ...(added.includes("state") && { state: userStateBody(stands, computedAtMs) }),
    ...(added.includes("predictions") && {
      predictions: predictionsBody(foretold ?? [], {
        version: predictions?.version ?? "none",
        newestMs: Math.min(asOfMs, person.record.lastMs),
        computedAtMs,
      }),
    }),
  };
}
