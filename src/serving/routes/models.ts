import { ModelBody, ModelParams, ModelsResponse, Problem } from "#api";
import { PlatformError } from "#base";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** What the models are: what they learned from, how well, and which of them answer. */
export function registerModelRoutes(server: Server, { modelBodies }: Services): void {
  server.get(
    "/v1/models",
    { schema: { summary: "All versions of all models", response: { 200: ModelsResponse, "4xx": Problem } } },
    async () => ({ models: [...(await modelBodies())] }),
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
    async ({ params }) => {
      const all = await modelBodies();
      const found = all.findLast(({ name, version }) => [name, `${name}@${version}`].includes(params.name));
      if (found) return found;
      const known = all.map(({ name, version }) => `${name}@${version}`).join(", ");
      throw new PlatformError("unknown-model", `No model is called "${params.name}"; there are ${known}.`);
    },
  );
}
