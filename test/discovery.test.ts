/** @file Lists by the real server over HTTP: what is sent shows in the next one, and what was served can be explained beside it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type PreparedFolder, prepareFolder, TINY } from "./prepared-folder.ts";
import { killAll, runProgram, ServerProcess } from "./server-process.ts";

const CONFIG = `import { defaultActions, defineConfig, surface } from "inkling";
export default defineConfig({
  actions: defaultActions,
  surfaces: {
    home: surface({
      sources: [
        { kind: "model", model: "personal", timeoutMs: 10_000 },
        { kind: "model", model: "cold-start", timeoutMs: 10_000 },
        { kind: "fresh", timeoutMs: 10_000 },
      ],
      scorer: { kind: "fusion" },
      exploration: { places: [0], share: 1, source: "fresh", pool: 1 },
      shadow: { sources: [{ kind: "model", model: "cold-start", timeoutMs: 10_000 }] },
    }),
  },
});`;

let prepared: PreparedFolder;
let config: string;

beforeAll(async () => {
  prepared = await prepareFolder();
  config = join(prepared.path, "inkling.config.ts");
  await writeFile(config, CONFIG);
});
afterEach(killAll);
afterAll(() => prepared.remove());

const idsOf = ({ items }: { items: readonly { itemId: string }[] }): string[] =>
  items.map(({ itemId }) => itemId);

test("an event changes the next page, a new item is in the next list, and the list is explained beside the server", async () => {
  const server = await ServerProcess.start([...TINY, "--data", prepared.path, "--config", config]);
  const recommend = async (more: object) => {
    const { status, body } = await server.post("/v1/recommendations", { n: 10, ...more });
    expect(status).toBe(200);
    return body;
  };
  const before = await recommend({ userId: "anna" });
  expect(before.isColdStart).toBe(true);
  const saved = idsOf(before)[3];
  await server.post("/v1/track", { userId: "anna", event: "save", properties: { itemId: saved } });
  const after = await recommend({ userId: "anna" });
  expect(after.isColdStart).toBe(false);
  expect(idsOf(after)).not.toContain(saved);
  expect(idsOf(after)).not.toEqual(idsOf(before));

  const item = { itemId: "put-now", title: "Put a moment ago", tags: ["a-tag-of-its-own"] };
  await server.post("/v1/items", { items: [item] });
  const list = await recommend({ userId: "anna" });
  expect(list.items[0]).toMatchObject({ itemId: "put-now", placement: "explored", probability: 1 });
  expect(idsOf(await recommend({ condition: { topic: "a-tag-of-its-own" } }))).toEqual(["put-now"]);
  expect(idsOf(await recommend({ condition: { text: "moment ago" } }))[0]).toBe("put-now");

  const args = ["explain", "recommendation", list.recommendationId, "--data", prepared.path];
  const told = await runProgram(args);
  expect(told.code, told.stderr).toBe(0);
  expect(told.stdout).toContain(`${list.recommendationId}  home for anna`);
  expect(told.stdout).toMatch(/source\/personal +200 .*\n.*source\/cold-start.*\n.*source\/fresh/);
  expect(told.stdout).toMatch(/put-now.*fresh, explored, probability 1\.00/);
  const unknown = await runProgram(["explain", "recommendation", "none", "--data", prepared.path]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no list "none"') });
  await server.stop();

  const compared = await runProgram([
    ...["compare", "surfaces", "home", "--config", config, "--data", prepared.path],
    ...["--people", "20", "--n", "10", "--json"],
  ]);
  expect(compared.code, compared.stderr).toBe(0);
  const { surfaces, people, overlap } = JSON.parse(compared.stdout.trim().split("\n").at(-1) ?? "");
  expect({ surfaces, people }).toEqual({ surfaces: ["home", "home:shadow"], people: 20 });
  expect(overlap).toBeGreaterThanOrEqual(0);
  expect(overlap).toBeLessThan(1);
});
