import type { InterestsBody, PredictionsBody, UserStateBody } from "#api";
import { type Awaitable, allOf } from "#base";
import type { Foretold, InterestsSignal, SignalQuery, UserStateSignal } from "#profiles";
import type { PersonState } from "#sequences";
import { interestsBody, predictionsBody, userStateBody } from "../interest-bodies.ts";
import type { Services } from "../services.ts";

/** What is said of a person beside what is known of them, as far as it was asked for. */
export interface Said {
  readonly interests: InterestsSignal | undefined;
  readonly state: { readonly value: UserStateSignal | undefined } | undefined;
  readonly foretold: Foretold | undefined;
}

/** Of interests, state and predictions those that are named. */
export function readSaid(
  { interests, signals }: Pick<Services, "interests" | "signals">,
  userId: string,
  person: PersonState,
  { added, ...query }: SignalQuery & { readonly added: readonly string[] },
): Awaitable<Said> {
  const hasState = added.includes("state");
  const read = allOf([
    added.includes("interests") ? interests.read(userId, person, query.asOfMs, query.purpose) : undefined,
    hasState ? signals.state(userId, person, query) : undefined,
    added.includes("predictions") ? signals.predictions(userId, person, query) : undefined,
  ]);
  const said = ([known, value, foretold]: Awaited<typeof read>): Said => ({
    interests: known,
    state: hasState ? { value } : undefined,
    foretold,
  });
  return read instanceof Promise ? read.then(said) : said(read);
}

export function saidBody(
  { interests, state, foretold }: Said,
  { catalogue, clock, population }: Pick<Services, "catalogue" | "clock" | "population">,
  newestMs: number,
): { interests?: InterestsBody; state?: UserStateBody; predictions?: PredictionsBody } {
  const computedAtMs = clock.nowMs();
  const version = population.predictions?.version ?? "none";
  return {
    ...(interests && {
      interests: interestsBody(interests, catalogue, { explain: false, view: "long", computedAtMs }),
    }),
    ...(state && { state: userStateBody(state.value, computedAtMs) }),
    ...(foretold && { predictions: predictionsBody(foretold, { version, newestMs, computedAtMs }) }),
  };
}
