/** @file The typed client and a declared configuration against the real server. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createClient } from "#client";
import { action, defaultActions, defineConfig, number } from "#declarations";
import { TINY, temporaryFolder } from "./prepared-folder.ts";
import { killAll, ServerProcess } from "./server-process.ts";

afterEach(killAll);

const config = defineConfig({
  actions: {
    ...defaultActions,
    juggle: action({
      kind: "positive",
      strength: 3,
      verb: "juggled",
      properties: { balls: number({ minimum: 2 }) },
    }),
  },
});

const CONFIG_FILE = `import { action, defaultActions, defineConfig, number } from "inkling";
export default defineConfig({
  actions: {
    ...defaultActions,
    juggle: action({ kind: "positive", strength: 3, verb: "juggled", properties: { balls: number({ minimum: 2 }) } }),
  },
});
`;

test("what the application declares types the client, reaches the server, and is held against what is sent", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "inkling.config.ts");
  await writeFile(file, CONFIG_FILE);
  const server = await ServerProcess.start([...TINY, "--data", folder, "--config", file]);
  const errors: string[] = [];
  const client = createClient<typeof config>({
    host: server.ready.address,
    onError: ({ message }) => errors.push(message),
  });
  for (let n = 0; n < 150; n++) client.track("juggler", "juggle", { itemId: "i-00001", balls: 2 + (n % 3) });
  client.track("juggler", "juggle", { itemId: "i-00001", balls: 1 });
  await client.flush();
  const profile = await client.profile("juggler");
  expect(profile).toMatchObject({ eventCount: 150, counts: { juggle: 150 } });
  expect(errors).toEqual([expect.stringContaining("/properties/balls")]);
  expect((await client.recommendations({ userId: "juggler", n: 3 })).items).toHaveLength(3);
  expect(await client.profile("nobody")).toBeUndefined();
  await client.close();
  await server.stop();
});
