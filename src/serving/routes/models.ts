import {
  ModelBody,
  ModelComparisonQuerystring,
  ModelComparisonResponse,
  ModelParams,
  ModelsResponse,
  Problem,
  RunBody,
  RunParams,
  RunRequest,
  RunsResponse,
} from "#api";
import { samplePeople } from "#profiles";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";
import { notSurveyed } from "./not-surveyed.ts";

/** What the models are: what they learned from, how well, and which of them answer. */
export function registerModelRoutes(server: Server, services: Services): void {
  const { models, model, compareModels, published, pulse, population, clock } = services;
  registerRuns(server, services);
  server.get(
    "/v1/models",
    { schema: { summary: "All versions of all models", response: { 200: ModelsResponse, "4xx": Problem } } },
    async () => ({ models: [...(await models())], published, latencies: pulse.modelLatencies() }),
  );

  server.get(
    "/v1/models/:name",
    {
      schema: {
        summary: "One model: data window, settings, metrics, code and tensors",
        params: ModelParams,
        response: { 200: ModelBody, "4xx": Problem },
      },
    },
    ({ params }) => model(params.name),
  );

  server.get(
    "/v1/models/:name/comparison",
    {
      schema: {
        summary:
          "What people would get of this model and of another: what their lists share, by state, and for whom they differ most",
        params: ModelParams,
        querystring: ModelComparisonQuerystring,
        response: { 200: ModelComparisonResponse, "4xx": Problem },
      },
    },
    async ({ params, query }) => {
      const { survey } = population;
      if (!survey) throw notSurveyed();
      const people = samplePeople(survey, query.people);
      const compared = await compareModels([params.name, query.with], { people, n: query.n });
      return { ...compared, computedAt: toIso(clock.nowMs()) };
    },
  );
}

/** Fitting beside the server. */
function registerRuns(server: Server, { runs }: Services): void {
  server.addHook("onClose", () => runs.close());

  server.get(
    "/v1/runs",
    {
      schema: {
        summary: "Models fitted since the server started, with how learning goes, and what can be fitted",
        response: { 200: RunsResponse, "4xx": Problem },
      },
    },
    async () => runs.list(),
  );

  server.post(
    "/v1/runs",
    {
      config: { door: "control" },
      schema: {
        summary:
          "Fit a model on everything in the log, beside the server; what comes of it is in service with `serve` only",
        body: RunRequest,
        response: { 202: RunBody, "4xx": Problem },
      },
    },
    async ({ body }, reply) => reply.code(202).send(await runs.start(body)),
  );

  server.delete(
    "/v1/runs/:id",
    {
      config: { door: "control" },
      schema: {
        summary: "Stop a run; fitted again with the same settings it goes on where it was",
        params: RunParams,
        response: { 200: RunBody, "4xx": Problem },
      },
    },
    ({ params }) => runs.stop(params.id),
  );
}
