import type { InterestsBody, PredictionsBody, UserStateBody } from "#api";
import type { SignalQuery } from "#profiles";
import type { PersonState } from "#sequences";
import { interestsBody, predictionsBody, userStateBody } from "../interest-bodies.ts";
import type { Services } from "../services.ts";

/** What is said of a person beside what is known of them: of interests, state and predictions those that are named. */
export async function readSaid(
  { catalogue, clock, interests, signals, population }: Services,
  userId: string,
  person: PersonState,
  { added, ...query }: SignalQuery & { readonly added: readonly string[] },
): Promise<{ interests?: InterestsBody; state?: UserStateBody; predictions?: PredictionsBody }> {
  const computedAtMs = clock.nowMs();
  const view = { explain: false, view: "long", computedAtMs } as const;
  const [known, stands, foretold] = await Promise.all([
    added.includes("interests") ? interests.read(userId, person, query.asOfMs, query.purpose) : undefined,
    added.includes("state") ? signals.state(userId, person, query) : undefined,
    added.includes("predictions") ? signals.predictions(userId, person, query) : undefined,
  ]);
  return {
    ...(known && { interests: interestsBody(known, catalogue, view) }),
    ...(added.includes("state") && { state: userStateBody(stands, computedAtMs) }),
    ...(foretold && {
      predictions: predictionsBody(foretold, {
        version: population.predictions?.version ?? "none",
        newestMs: Math.min(query.asOfMs, person.record.lastMs),
        computedAtMs,
      }),
    }),
  };
}
