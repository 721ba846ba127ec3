import { expect, test } from "vitest";
import type { ModelId } from "#models";
import type { ModelManifest } from "../models/model-manifest.ts";
import type { FitListeners } from "./fit.ts";
import type { ModelToFit } from "./fit-worker.ts";
import { TrainingRuns } from "./training-runs.ts";

interface Asked {
  readonly model: ModelToFit;
  readonly listeners: FitListeners;
  readonly finish: (version: string) => void;
  readonly fail: (error: Error) => void;
}

/** A platform that fits when it is told to, and that ends when it is interrupted, as fitting does. */
function open() {
  const asked: Asked[] = [];
  const served: string[] = [];
  const runs = new TrainingRuns({
    manifest: { dataset: "world" },
    serve: async ({ version }: ModelId) => void served.push(version),
    fitBeside: (model: ModelToFit, listeners: FitListeners) =>
      new Promise<ModelManifest>((resolve, reject) => {
        listeners.abort?.addEventListener("abort", () => reject(new Error("interrupted")));
        const finish = (version: string): void => resolve({ version } as ModelManifest); // all that is read of it
        asked.push({ model, listeners, finish, fail: reject });
      }),
  } as unknown as ConstructorParameters<typeof TrainingRuns>[0]);
  return { asked, served, runs };
}

const point = { epoch: 1, epochs: 2, loss: 3, validation: 0.1, tokensPerSecond: 9, remainingMs: 5 };
const turn = (): Promise<void> => new Promise(setImmediate);

test("a run tells how it goes, and at its end which version came of it", async () => {
  const { asked, runs } = open();
  await runs.start({ model: "ials", config: { epochs: 2 } });
  expect(asked[0]?.model).toEqual({
    name: "ials",
    config: expect.objectContaining({ epochs: 2, reg: expect.any(Number) }),
  });
  asked[0]?.listeners.progress({ stage: "sweeps", done: 1, total: 2 });
  asked[0]?.listeners.learned?.(point);
  expect(runs.list().runs).toMatchObject([
    {
      status: "running",
      stage: { name: "sweeps", done: 1, total: 2 },
      curve: [point],
      version: null,
      endedAt: null,
    },
  ]);
  asked[0]?.finish("0007");
  await turn();
  expect(runs.list().runs).toMatchObject([{ status: "done", version: "0007", stage: null, curve: [point] }]);
});

test("what comes of a run is in service where that was asked for", async () => {
  const { asked, served, runs } = open();
  for (const [version, serve] of [
    ["0001", false],
    ["0002", true],
  ] as const) {
    await runs.start({ model: "ials", serve });
    asked.at(-1)?.finish(version);
    await turn();
  }
  expect(served).toEqual(["0002"]);
});

test("one is fitted at a time, and what is asked for must be there", async () => {
  const { asked, runs } = open();
  await expect(runs.start({ model: "juggling" })).rejects.toMatchObject({ code: "unknown-model" });
  await expect(runs.start({ model: "ials", config: { pace: 1 } })).rejects.toMatchObject({
    code: "invalid-config",
  });
  await runs.start({ model: "ials" });
  await expect(runs.start({ model: "ease" })).rejects.toMatchObject({ code: "already-training" });
  asked[0]?.fail(new Error("too large"));
  await turn();
  await runs.start({ model: "ease" });
  expect(runs.list().runs.map(({ model, status, error }) => [model, status, error])).toEqual([
    ["ease", "running", null],
    ["ials", "failed", "too large"],
  ]);
});

test("a run that is stopped says so, one that ended stays as it ended, one that never was is not found", async () => {
  const { asked, runs } = open();
  const { runId } = await runs.start({ model: "ials" });
  expect(await runs.stop(runId)).toMatchObject({ status: "stopped", error: null });
  const next = await runs.start({ model: "ials" });
  asked[1]?.finish("0002");
  await turn();
  expect(await runs.stop(next.runId)).toMatchObject({ status: "done", version: "0002" });
  await expect(runs.stop("99")).rejects.toMatchObject({ code: "run-not-found" });
});
