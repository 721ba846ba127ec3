import { ModelBody, ModelParams, ModelsResponse, Problem } from "#api";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** What the models are: what they learned from, how well, and which of them answer. */
export function registerModelRoutes(server: Server, { models, model }: Services): void {
  server.get(
    "/v1/models",
    { schema: { summary: "All versions of all models", response: { 200: ModelsResponse, "4xx": Problem } } },
    async () => ({ models: [...(await models())] }),
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
}
