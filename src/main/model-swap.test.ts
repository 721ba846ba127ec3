import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoreProgress, SystemClock } from "#base";
import { defaultConfig } from "#declarations";
import type { Server } from "#serving";
import { FileBlobStore } from "#storage";
import { fitAndServe } from "./fitting/fit-folder.ts";
import { ModelRefits } from "./fitting/model-refits.ts";
import { TrainingRuns } from "./fitting/training-runs.ts";
import { paths } from "./folder/data-folder.ts";
import { ModelStore } from "./models/model-store.ts";
import { type Body, newFolder, openPlatform } from "./platform.cases.ts";
import type { Platform } from "./platform.ts";

/** @file Models that change under a running server, as another process would change them: through the folder alone. */
const PEOPLE = 60;
const ITEMS = 20;
const listeners = { progress: ignoreProgress };
const encoder = {
  name: "sequence-encoder",
  config: { embeddingSize: 8, blocks: 1, maxLength: 10, epochs: 1, coldStart: "popular" },
};
const strangers = { name: "recent-popularity" };
let folder: string;
let platform: Platform;
let server: Server;
let address: string;
const notices: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-model-swap-"));
  platform = await openPlatform(folder, {
    create: newFolder("system"),
    config: {
      ...defaultConfig,
      surfaces: {
        home: {
          sources: [
            { kind: "vector", of: "now", timeoutMs: 5000 },
            { kind: "model", model: "personal", timeoutMs: 5000 },
          ],
        },
      },
    },
    onNotice: (notice) => notices.push(notice),
  });
  await platform.ingestion.ingestMessages(
    Array.from({ length: PEOPLE }, (_, person) =>
      Array.from({ length: 4 }, (_, step) => save(`person-${person}`, (person + 2 * step) % ITEMS)),
    ).flat(),
  );
  await platform.fit([encoder, strangers], listeners);
  server = await platform.createServer({});
  address = await server.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await server.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

function save(userId: string, item: number): object {
  return { type: "track", event: "save", userId, properties: { itemId: `item-${item}` } };
}

/** The folder as another process has it. */
const elsewhere = () => ({
  folder,
  manifest: platform.manifest,
  config: defaultConfig,
  models: new ModelStore(new FileBlobStore(paths.blobs(folder))),
});

async function ask(path: string, body?: object): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${address}${path}`, {
    ...(body && { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json" },
  });
  return { status: response.status, body: await response.json() };
}
const listFor = (person: number) => ask("/v1/recommendations", { userId: `person-${person}`, n: 5 });
const vectorOf = async (person: number) =>
  (await ask(`/v1/users/person-${person}?include=vectors`)).body.vectors.now;
const score = (vector: Body) =>
  ask("/v1/vectors/score", { vector: vector.value, version: vector.version, itemIds: ["item-1"] });
const serving = async (): Promise<Record<string, string>> => {
  const { models } = (await ask("/v1/models")).body;
  const inService = models.filter(({ serves }: Body) => serves !== null);
  return Object.fromEntries(
    inService.map(({ name, version, serves }: Body) => [`${name}@${version}`, serves]),
  );
};

/** Asks for lists without a pause until it is told to stop; who answered, and whether anybody did not. */
function askOnAndOn(): { stop(): Promise<{ answered: string[]; failed: Body[] }> } {
  let isOver = false;
  const asking = Array.from({ length: 4 }, async (_, n) => {
    const answered: string[] = [];
    const failed: Body[] = [];
    for (let turn = n; !isOver; turn++) {
      const [list, vector] = await Promise.all([listFor(turn % PEOPLE), vectorOf(turn % PEOPLE)]);
      const isRight = list.status === 200 && list.body.items.length === 5 && vector.value.length === 8;
      if (isRight) answered.push(list.body.versions.personal.version);
      else failed.push({ list: list.body, vector });
    }
    return { answered, failed };
  });
  return {
    async stop() {
      isOver = true;
      const all = await Promise.all(asking);
      return {
        answered: all.flatMap(({ answered }) => answered),
        failed: all.flatMap(({ failed }) => failed),
      };
    },
  };
}

test("a version fitted elsewhere comes to answer while requests go on, and none fails; the old version's vectors are refused", async () => {
  const old = await vectorOf(3);
  expect(old.version).toBe("sequence-encoder@0001");
  expect((await score(old)).status).toBe(200);
  const traffic = askOnAndOn();
  await fitAndServe(elsewhere(), [encoder, strangers], listeners);
  await expect
    .poll(async () => (await vectorOf(3)).version, { timeout: 60_000 })
    .toBe("sequence-encoder@0002");
  const { answered, failed } = await traffic.stop();
  expect(failed).toEqual([]);
  expect(new Set(answered)).toEqual(new Set(["0001", "0002"]));
  expect((await listFor(3)).body.versions.personal.version).toBe("0002");
  expect(await score(old)).toMatchObject({ status: 409, body: { code: "version-mismatch" } });
  expect((await score(await vectorOf(3))).status).toBe(200);
  expect((await ask("/v1/indexes")).body.indexes).toMatchObject([{ model: "sequence-encoder@0002" }]);
});

test("who serves is told: by the models, the pulse, the metrics and the log", async () => {
  expect(await serving()).toEqual({
    "sequence-encoder@0002": "personal",
    "recent-popularity@0002": "cold-start",
    "ials@0002": "on-request",
  });
  const { changes, models } = (await ask("/v1/pulse")).body;
  expect(models.personal).toMatchObject({ name: "sequence-encoder", version: "0002" });
  expect(changes).toContainEqual({
    at: expect.any(String),
    kind: "in-service",
    model: "sequence-encoder@0002",
  });
  const metrics = await (await fetch(`${address}/metrics`)).text();
  expect(metrics).toContain('inkling_model_in_service{model="sequence-encoder@0002"} 1');
  expect(metrics).not.toContain('inkling_model_in_service{model="sequence-encoder@0001"}');
  expect(metrics).toContain('inkling_model_changes{kind="in-service"} 3');
  expect(notices).toContainEqual(
    expect.stringMatching(/^sequence-encoder@0002, .* in service instead of sequence-encoder@0001, /),
  );
});

test("a broken file is told of and changes nothing; what is put in service after it answers, also a version that did before", async () => {
  const { models } = elsewhere();
  const { personal, coldStart } = (await models.serving())!;
  const torn = await models.put(await models.manifest(personal), Buffer.from("torn"));
  await models.serve({ personal: torn, coldStart });
  await platform.followModels();
  expect((await listFor(4)).body.versions.personal.version).toBe("0002");
  expect(await serving()).toMatchObject({ "sequence-encoder@0002": "personal" });
  const { changes } = (await ask("/v1/pulse")).body;
  expect(changes[0]).toMatchObject({ kind: "refused", model: "sequence-encoder@0003" });
  expect(notices.at(-1)).toMatch(/^sequence-encoder@0003 does not answer, and what did goes on: /);
  await models.serve({ personal: { ...personal, version: "0001" }, coldStart });
  await platform.followModels();
  expect((await listFor(4)).body.versions.personal.version).toBe("0001");
  expect((await vectorOf(4)).version).toBe("sequence-encoder@0001");
});

test("models that grew old are fitted anew when events came, each in its place", async () => {
  const refits = new ModelRefits({
    ...{ everyHours: 1e-9, runs: new TrainingRuns(platform), models: platform.models, log: platform.log },
    serveInPlace: (fitted) => platform.serve(fitted, "unchanged"),
    ...{ clock: new SystemClock(), onNotice: (notice) => notices.push(notice) },
  });
  await platform.ingestion.ingestMessages([save("person-1", 2)]);
  await refits.look();
  await refits.look(); // nothing came since
  expect(await serving()).toEqual({
    "sequence-encoder@0004": "personal",
    "recent-popularity@0003": "cold-start",
    "ials@0003": "on-request",
  });
  expect((await listFor(4)).body.versions.personal.version).toBe("0004");
  expect((await ask("/v1/models/sequence-encoder@0004")).body).toMatchObject({ refitOf: "0001" });
});
