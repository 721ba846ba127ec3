import {
  AsOfQuerystring,
  PopulationQuerystring,
  PopulationResponse,
  PredictionModelResponse,
  Problem,
  UserParams,
  UserStatesResponse,
} from "#api";
import { DAY_MS, PlatformError } from "#base";
import { cohortOf, LEAST_TOLD, readStateHistory } from "#profiles";
import { readPerson, usableFor } from "#sequences";
import { toIso, toIsoOrNull } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { asOfOf } from "./as-of.ts";
import { notSurveyed } from "./not-surveyed.ts";
import { userNotFound } from "./user-not-found.ts";

/** Definition version of the signals answered here: it changes when their meaning does. */
const VERSION = "1";

/** Everybody, and slices of everybody: states over time, interests, what is foretold, and how far that can be trusted. */
export function registerPopulationRoutes(server: Server, services: Services): void {
  registerCohort(server, services);
  registerStates(server, services);
  registerPredictionModel(server, services);
}

function registerCohort(server: Server, { population, clock }: Services): void {
  server.get(
    "/v1/population",
    {
      schema: {
        summary: "A slice of all people: how many, their states over time, interests and predictions",
        querystring: PopulationQuerystring,
        response: { 200: PopulationResponse, "4xx": Problem },
      },
    },
    async ({ query: { trait, ...slice } }) => {
      const { survey } = population;
      if (!survey) throw notSurveyed();
      const [name = "", ...value] = trait?.split(":") ?? [];
      if (trait !== undefined && !survey.traits.some((column) => column.name === name))
        throw new PlatformError(
          "invalid-request",
          `people cannot be sliced by "${name}"; they can by ${survey.traits.map((column) => column.name).join(", ") || "no trait"}`,
        );
      const wanted = trait === undefined ? {} : { trait: { name, value: value.join(":") } };
      const { people, total, groups, told } = cohortOf(survey, { ...slice, ...wanted });
      return {
        ...{ people, total, isComplete: survey.isComplete },
        groups: groups.map((group) => ({ name: group.name, values: [...group.values] })),
        isTooSmall: told === undefined,
        leastPeople: LEAST_TOLD,
        days: (told?.days ?? []).map(({ day, transitions, ...rest }) => ({
          day: dayText(day),
          ...rest,
          transitions: [...transitions],
        })),
        downgraded: told?.downgraded ?? 0,
        interests: (told?.interests ?? []).map(({ path, ...interest }) => ({ ...interest, path: [...path] })),
        predictions: (told?.predictions ?? []).map(({ bins, ...foretold }) => ({
          ...foretold,
          bins: [...bins],
        })),
        asOf: toIso(survey.asOfMs),
        computedAt: toIso(clock.nowMs()),
        version: VERSION,
        completeness: 1,
      };
    },
  );
}

function registerStates(server: Server, { state, identity, catalogue, purposes, clock }: Services): void {
  server.get(
    "/v1/users/:id/states",
    {
      schema: {
        summary: "The states a user was in, from the first day on",
        params: UserParams,
        querystring: AsOfQuerystring,
        response: { 200: UserStatesResponse, "4xx": Problem },
      },
    },
    async ({ params: { id }, query }) => {
      const asOfMs = asOfOf(query, clock);
      const person = await readPerson(state, identity.idsOf(id));
      if (!person || person.record.firstMs > asOfMs) throw userNotFound(id);
      const isUsable = usableFor(purposes.personalization, person.record.consent, catalogue);
      const history = await readStateHistory(state, person, { asOfMs, isUsable });
      const { runs, activeDays, isDowngraded, newestMs } = history;
      return {
        userId: identity.personOf(id),
        runs: runs.map(({ state: name, fromDay, toDay }) => ({
          state: name,
          from: dayText(fromDay),
          to: dayText(toDay),
        })),
        activeDays: activeDays.map(dayText),
        isDowngraded,
        asOf: toIsoOrNull(newestMs),
        computedAt: toIso(clock.nowMs()),
        version: VERSION,
        completeness: 1,
      };
    },
  );
}

function registerPredictionModel(server: Server, { population }: Services): void {
  server.get(
    "/v1/predictions",
    {
      schema: {
        summary: "What can be foretold, and how true it was of people it was not learned from",
        response: { 200: PredictionModelResponse, "4xx": Problem },
      },
    },
    async () => {
      const { predictions } = population;
      // Too few people seen over some weeks: nothing is foretold, and nothing is wrong.
      if (!predictions) return { version: "none", trainedUntil: null, people: 0, targets: [] };
      const { model, version } = predictions;
      return {
        version,
        trainedUntil: toIso(model.trainedUntilMs),
        people: model.people,
        // a model that was kept before there were reports has none
        targets: (model.reports ?? []).map(({ reliability, ...report }) => ({
          ...report,
          reliability: reliability.map(({ count, ...bin }) => ({ ...bin, people: count })),
        })),
      };
    },
  );
}

function dayText(day: number): string {
  return toIso(day * DAY_MS).slice(0, 10);
}
