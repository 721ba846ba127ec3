/** @file What a data folder survives: cut-off imports, torn files, lost state, rows that cannot be read. */
import { appendFile, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { handMadeMl100k, ROWS_PER_IMPORT_BATCH } from "./hand-made-ml-100k.ts";
import {
  type PreparedFolder,
  prepareFolder,
  readManifest,
  TINY,
  temporaryFolder,
} from "./prepared-folder.ts";
import { ask, killAll, Program, runProgram, ServerProcess } from "./server-process.ts";

const POLL_MS = 10;
let prepared: PreparedFolder;

beforeAll(async () => {
  prepared = await prepareFolder();
});

afterEach(killAll);
afterAll(() => prepared.remove());

async function lastSegment(folder: string, partition: number): Promise<string> {
  const path = join(folder, "world", "log", `partition-${partition}`);
  const names = (await readdir(path)).filter((name) => name.endsWith(".segment")).sort();
  return join(path, names.at(-1)!);
}

describe("an import that was killed", () => {
  const world = { users: 170, items: 200, perUser: 150 };

  test("goes on at the next command and ends with the same counts as one that was not", async () => {
    const scratch = await temporaryFolder();
    const { root, userIds } = await handMadeMl100k(scratch, world);
    const env = { INKLING_DATASETS: root };
    const [undisturbed, disturbed] = [join(scratch, "undisturbed"), join(scratch, "disturbed")];
    const args = ["--dataset", "ml-100k", "--data"];
    const reference = await ServerProcess.start([...args, undisturbed], { env });
    for (const batches of [1, 2]) {
      await killWhenImported(["import", ...args, disturbed], env, disturbed, batches * ROWS_PER_IMPORT_BATCH);
    }
    const rest = await ServerProcess.start([...args, disturbed], { env });
    expect((await readManifest(disturbed, "ml-100k")).imported).toEqual(
      (await readManifest(undisturbed, "ml-100k")).imported,
    );
    for (const userId of userIds) {
      const [one, other] = await Promise.all([
        rest.get(`/v1/users/${userId}`),
        reference.get(`/v1/users/${userId}`),
      ]);
      expect(one.body.eventCount).toBeGreaterThanOrEqual(world.perUser);
      expect(one.body).toMatchObject({ eventCount: other.body.eventCount, counts: other.body.counts });
    }
    expect((await rest.get("/")).body.items).toBe((await reference.get("/")).body.items);
  });

  test("is not gone on with from another data of the same name", async () => {
    const scratch = await temporaryFolder();
    const folder = join(scratch, "data");
    await killWhenImported(
      ["import", "world", "--preset", "small", "--data", folder],
      {},
      folder,
      ROWS_PER_IMPORT_BATCH,
    );
    for (const other of [
      ["--preset", "tiny"],
      ["--preset", "small", "--seed", "2"],
    ]) {
      const program = new Program(["import", "world", ...other, "--data", folder]);
      const outcome = await Promise.race([program.end(), goesOn(program, folder)]);
      expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/preset|seed/) });
    }
  });

  /** Kills the program as soon as the manifest says that so many messages are in. */
  async function killWhenImported(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    folder: string,
    messages: number,
  ): Promise<void> {
    const program = new Program(args, { env });
    const dataset = args.includes("world") ? "world" : "ml-100k";
    const imported = () =>
      readManifest(folder, dataset).then(
        (manifest) => manifest.imported,
        () => undefined,
      );
    while (program.isRunning && ((await imported())?.messages ?? 0) < messages)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await program.stop("SIGKILL");
    expect(await imported()).toMatchObject({ isComplete: false });
  }

  /** An import that was not refused imports more than was there. */
  async function goesOn(program: Program, folder: string) {
    const before = await readManifest(folder, "world");
    while (
      program.isRunning &&
      (await readManifest(folder, "world")).imported.messages === before.imported.messages
    )
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return program.isRunning ? { code: "goes on", stderr: "" } : program.end();
  }
});

describe("a log", () => {
  test("whose last segment is torn opens with a note, and keeps the bytes it could not read", async () => {
    const folder = await prepared.copy();
    const segment = await lastSegment(folder, 1);
    const { size } = await stat(segment);
    await appendFile(segment, Buffer.from("half a rec"));
    const server = await ServerProcess.start([...TINY, "--data", folder]);
    const { userId, eventCount } = server.ready.person;
    expect((await server.get(`/v1/users/${userId}`)).body.eventCount).toBe(eventCount);
    const ended = await server.stop();
    expect(ended.stderr).toMatch(/note .*partition-1.*last 10 bytes.*set aside/);
    expect((await stat(segment)).size).toBe(size);
    expect(await readFile(`${segment}.torn-${size}`, "utf8")).toBe("half a rec");
    const again = await ServerProcess.start([...TINY, "--data", folder]);
    expect((await again.stop()).stderr).not.toContain("note");
  });

  test("that was cut below what the state shows is refused with the two ways out", async () => {
    const folder = await prepared.copy();
    const segment = await lastSegment(folder, 1);
    await truncate(segment, Math.floor((await stat(segment)).size / 2));
    const ended = await runProgram(["start", ...TINY, "--port", "0", "--data", folder]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/the log was cut.*backup.*delete the state folder/s);
  });

  test("whose catalogue was cut below what the state speaks of is refused, not served with other items", async () => {
    const folder = await prepared.copy();
    const segment = await lastSegment(folder, 0);
    await truncate(segment, Math.floor((await stat(segment)).size / 2));
    const program = new Program(["start", ...TINY, "--port", "0", "--json", "--data", folder]);
    const outcome = await Promise.race([program.end(), program.printed(/address/).then(() => "it serves")]);
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/the log was cut/) });
  });

  test("with a changed byte among acknowledged records is refused as it is, and nothing of it is set aside", async () => {
    const folder = await prepared.copy();
    const segment = await lastSegment(folder, 1);
    const bytes = await readFile(segment);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(segment, bytes);
    const ended = await runProgram(["start", ...TINY, "--port", "0", "--data", folder]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toContain("never acknowledged");
    expect(await readFile(segment)).toEqual(bytes);
  });

  test("brings back the state that was deleted", async () => {
    const folder = await prepared.copy();
    const before = await ServerProcess.start([...TINY, "--data", folder]);
    const path = `/v1/users/${before.ready.person.userId}/sequence?limit=16384`;
    const { events } = (await before.get(path)).body;
    await before.stop();
    await rm(join(folder, "world", "state"), { recursive: true });
    const after = await ServerProcess.start([...TINY, "--data", folder]);
    expect((await after.get(path)).body.events).toEqual(events);
  });
});

test("a row that cannot be read is counted and shown with its line, and the rest is served", async () => {
  const scratch = await temporaryFolder();
  const { root, userIds } = await handMadeMl100k(scratch, { users: 30, items: 40, perUser: 8, badLine: 17 });
  const env = { INKLING_DATASETS: root };
  const server = await ServerProcess.start(["--dataset", "ml-100k", "--data", join(scratch, "data")], {
    env,
  });
  expect((await server.get("/")).body).toMatchObject({ dataset: "ml-100k", clock: { kind: "historical" } });
  const user = await server.get(`/v1/users/${userIds[0]}`);
  expect(user.body.counts.watch + user.body.counts.like).toBe(8);
  const { items } = (await server.post("/v1/recommendations", { userId: userIds[0], n: 5 })).body;
  expect(items).toHaveLength(5);
  expect((await server.stop()).stderr).toMatch(/note 1 rows? could not be read.*u\.data:17 /);
});

test("train puts the model in service that the next server answers with", async () => {
  const folder = await prepared.copy();
  const trained = await runProgram(["train", "popularity", "--json", "--data", folder]);
  expect(trained.code).toBe(0);
  expect(JSON.parse(trained.stdout)).toMatchObject({ name: "popularity", version: "0001" });
  const program = new Program(["serve", "--port", "0", "--data", folder]);
  const [, address] = await program.printed(/serving .* at (\S+)/);
  expect((await ask(`${address}/`, {})).body.models.personal).toMatchObject({
    name: "popularity",
    version: "0001",
  });
  expect((await program.stop("SIGTERM")).code).toBe(0);
});
