/** @file The command line as people meet it: real processes, real folders, what they print and how they end. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { curlLines, runCurl } from "./curl-lines.ts";
import { handMadeMl100k } from "./hand-made-ml-100k.ts";
import {
  type PreparedFolder,
  prepareFolder,
  readManifest,
  TINY,
  temporaryFolder,
} from "./prepared-folder.ts";
import { killAll, Program, type ProgramOptions, runProgram, ServerProcess } from "./server-process.ts";

let prepared: PreparedFolder;

beforeAll(async () => {
  prepared = await prepareFolder();
});

afterEach(killAll);
afterAll(() => prepared.remove());

/** Runs the command lines side by side. All must end with 2 and one sentence, no stack; returns those. */
async function refusalsOf(
  commands: readonly (readonly string[])[],
  options?: ProgramOptions,
): Promise<readonly string[]> {
  const outcomes = await Promise.all(commands.map((args) => runProgram(args, options)));
  return outcomes.map(({ code, stderr }, n) => {
    expect({ args: commands[n], code }).toEqual({ args: commands[n], code: 2 });
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  });
}

describe("start", () => {
  test("with --json prints one JSON line with the address, progress elsewhere, and ends well when asked to", async () => {
    const lines = prepared.firstStart.stdout.trim().split("\n");
    expect(lines).toHaveLength(1);
    const ready = JSON.parse(lines[0]!);
    expect(ready).toMatchObject({ dataset: "world", person: { userId: expect.any(String) } });
    expect(ready.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(prepared.firstStart.stderr).toContain("storing events");
    expect(prepared.firstStart.code).toBe(0);
  });

  test("for a person prints three calls that work and a number that comes true, and says so when Ctrl-C ends it", async () => {
    const program = new Program(["start", ...TINY, "--port", "0", "--data", await prepared.copy()]);
    await program.printed(/Ctrl-C stops/);
    const lines = curlLines(program.stdout);
    expect(lines).toHaveLength(3);
    const [, before, topic, after] =
      /"eventCount":(\d+) and names "([^"]+)" first; after the third it says (\d+)/.exec(program.stdout)!;
    const who = await runCurl(lines[0]!);
    expect(who.body).toMatchObject({
      eventCount: Number(before),
      topics: [{ topic }, ...who.body.topics.slice(1)],
    });
    const next = await runCurl(lines[1]!);
    expect(next.body.items).toHaveLength(5);
    for (const { reasons } of next.body.items) expect(reasons.length).toBeGreaterThan(0);
    expect((await runCurl(lines[2]!)).body).toMatchObject({ success: true, accepted: 1 });
    expect((await runCurl(lines[0]!)).body.eventCount).toBe(Number(after));
    const ended = await program.stop("SIGINT");
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stdout).toContain("everything accepted is stored");
  });

  test("on a filled folder imports and fits nothing, and shows what was sent before it was stopped", async () => {
    const folder = await prepared.copy();
    const first = await ServerProcess.start([...TINY, "--data", folder]);
    await first.post("/v1/track", { userId: "newcomer", event: "save", properties: { itemId: "i-00001" } });
    expect(await first.stop()).toMatchObject({ code: 0, signal: null });
    const before = await readManifest(folder);
    const second = await ServerProcess.start([...TINY, "--data", folder]);
    expect((await second.get("/v1/users/newcomer")).body).toMatchObject({ eventCount: 1 });
    const ended = await second.stop();
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toMatch(/storing events|fit|count/);
    expect(await readManifest(folder)).toEqual(before);
    expect((await readdir(join(folder, "world"))).filter((name) => name.startsWith("lock"))).toEqual([]);
  });

  test("on a folder in use ends with 2, naming the process and the way out, and leaves the first one serving", async () => {
    const folder = await prepared.copy();
    const first = await ServerProcess.start([...TINY, "--data", folder]);
    const others = [["start"], ["serve"], ["replay"]];
    for (const refusal of await refusalsOf(others.map((command) => [...command, "--data", folder]))) {
      expect(refusal).toContain(`process ${first.program.pid}`);
      expect(refusal).toMatch(/Stop that one, or choose another folder with --data/);
    }
    expect((await first.get("/health/ready")).status).toBe(200);
  });

  test("on a port in use ends with 2, naming the port and the option, and lets go of the folder", async () => {
    const folder = await prepared.copy();
    const holder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as { port: number }; // a TCP server's address has one
    const args = ["start", ...TINY, "--data", folder, "--port"];
    const ended = await runProgram([...args, String(port)]);
    holder.close();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`port ${port} .*--port`));
    const later = await ServerProcess.start([...TINY, "--data", folder]);
    expect((await later.stop()).code).toBe(0);
  });

  test("interrupted while it fits says so without calling it an error, and the next start goes on", async () => {
    const folder = await prepared.copy();
    await rm(join(folder, "world", "blobs"), { recursive: true });
    const program = new Program(["start", ...TINY, "--port", "0", "--data", folder]);
    await program.printed(/ease/, "stderr");
    const ended = await program.stop("SIGINT");
    expect(ended.stderr).not.toMatch(/error/);
    expect(ended.code).not.toBe(1);
    const server = await ServerProcess.start([...TINY, "--data", folder]);
    expect((await server.get("/health/ready")).status).toBe(200);
  });
});

describe("keys", () => {
  test("are asked for before anything is done when the address is public", async () => {
    const folder = await temporaryFolder();
    const args = ["start", ...TINY, "--port", "0", "--host", "0.0.0.0", "--data", folder];
    const environments = [{}, { INKLING_WRITE_KEY: "w" }, { INKLING_API_KEY: "r" }];
    const refusals = await Promise.all(environments.map((env) => refusalsOf([args], { env })));
    for (const refusal of refusals.flat())
      expect(refusal).toMatch(/0\.0\.0\.0 can be reached.*INKLING_WRITE_KEY and INKLING_API_KEY/);
    expect(await readdir(folder)).toEqual([]);
  });

  test("open the door they are for and no other, as Basic user name or bearer token", async () => {
    const env = { INKLING_WRITE_KEY: "write-key", INKLING_API_KEY: "api-key" };
    const server = await ServerProcess.start([...TINY, "--data", await prepared.copy()], { env });
    const user = `/v1/users/${server.ready.person.userId}`;
    const event = { userId: "somebody", event: "save", properties: { itemId: "i-00001" } };
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` });

    const refused = await server.get(user);
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(refused.headers.get("www-authenticate")).toMatch(/Basic.*Bearer/);
    expect((await server.get(user, bearer("write-key"))).status).toBe(401);
    expect((await server.get(user, bearer("api-key"))).status).toBe(200);
    expect((await server.post("/v1/track", event)).status).toBe(401);
    expect((await server.post("/v1/track", event, bearer("api-key"))).status).toBe(401);
    expect((await server.post("/v1/track", event, basic("api-key"))).status).toBe(401);
    expect((await server.post("/v1/track", event, basic("write-key"))).status).toBe(200);
    expect(
      (await server.post("/v1/batch", { batch: [{ ...event, type: "track" }] }, bearer("write-key"))).status,
    ).toBe(200);
    expect((await server.post("/v1/recommendations", { n: 3 })).status).toBe(401);
    expect((await server.get("/health/ready")).status).toBe(200);
    expect((await server.get("/v1/users/somebody", bearer("api-key"))).body.eventCount).toBe(2);
  });

  test("are in the calls that start prints, as the variables they came from", async () => {
    const env = { INKLING_WRITE_KEY: "write-key", INKLING_API_KEY: "api-key" };
    const program = new Program(["start", ...TINY, "--port", "0", "--data", await prepared.copy()], { env });
    await program.printed(/Ctrl-C stops/);
    expect(program.stdout).not.toMatch(/write-key|api-key/);
    for (const line of curlLines(program.stdout)) expect((await runCurl(line, env)).status).toBe(200);
  });
});

describe("a request that cannot be served ends with 2 and names the fix:", () => {
  test("an unknown data set, model, protocol, setting or command lists the known ones", async () => {
    const { root } = await handMadeMl100k(await temporaryFolder(), { users: 30, items: 40, perUser: 8 });
    const env = { INKLING_DATASETS: root };
    const evaluate = ["evaluate", "--dataset", "ml-100k"];
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [["start", "--dataset", "nope"], /"nope".*ml-1m, ml-100k/],
      [["import", "nope"], /"nope".*ml-1m, ml-100k/],
      [["evaluate", "--dataset", "nope"], /"nope".*ml-1m, ml-100k/],
      [[...evaluate, "--model", "nope"], /"nope".*popularity.*ease/],
      [[...evaluate, "--protocol", "nope"], /"nope".*loo-full/],
      [[...evaluate, "--model", "ease", "--set", "nope=1"], /"nope".*reg/],
      [[...evaluate, "--set", "reg"], /name=value.*"reg"/],
      [["train", "nope", "--data", prepared.path], /"nope".*popularity.*ease/],
      [["start", "--preset", "huge"], /huge.*tiny, small, .*standard/],
      [["start", "--port", "99999"], /99999.*0 to 65535/],
      [
        ["world", "--out", join(root, "world"), "--people", "0"],
        /world\.peopleCount is 0; it must be from 1/,
      ],
      [["world", "--out", join(root, "world"), "--settings", "nope.json"], /--settings nope\.json/],
    ];
    const refusals = await refusalsOf(
      cases.map(([args]) => args),
      { env, cwd: root },
    );
    for (const [n, [, message]] of cases.entries()) expect(refusals[n]).toMatch(message);
    expect(await readdir(root)).toEqual(["ml-100k"]); // nothing was begun
  });

  test("an unknown command is told apart from an argument too many", async () => {
    const [refusal] = await refusalsOf([["strat"]]);
    expect(refusal).toMatch(/strat/);
    expect(refusal).toMatch(/start .*serve .*import/s);
  });

  test("a data set that is not there: which file, where it was looked for, where to get it", async () => {
    const empty = await temporaryFolder();
    const folder = await temporaryFolder();
    const commands = [["start", "--data", folder], ["import", "--data", folder], ["evaluate"]];
    const asked = commands.map((command) => [...command, "--dataset", "ml-100k"]);
    for (const refusal of await refusalsOf(asked, { env: { INKLING_DATASETS: empty } })) {
      expect(refusal).toContain("u.data");
      expect(refusal).toContain(join(empty, "ml-100k"));
      expect(refusal).toContain("https://grouplens.org/");
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("a folder with somebody else's files is left as it is", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "world"));
    await writeFile(join(folder, "world", "thesis.tex"), "all my work");
    const commands = [["start"], ["import"], ["serve"], ["train", "popularity"]];
    for (const refusal of await refusalsOf(commands.map((command) => [...command, "--data", folder])))
      expect(refusal).toMatch(/thesis\.tex.*--data/);
    expect(await readdir(join(folder, "world"))).toEqual(["thesis.tex"]);
  });

  test("a folder that nothing was imported into", async () => {
    const folder = await temporaryFolder();
    const served = await runProgram(["serve", "--port", "0", "--data", folder]);
    expect(served).toMatchObject({ code: 2, stderr: expect.stringContaining("inkling import world") });
    const trained = await runProgram(["train", "popularity", "--data", folder]);
    expect(trained).toMatchObject({ code: 2, stderr: expect.stringContaining("inkling import world") });
    expect(await readdir(folder)).toEqual([]);
  });

  test("a --data that is a file", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "notes.txt"), "");
    const [refusal] = await refusalsOf([["start", ...TINY, "--data", join(folder, "notes.txt")]]);
    expect(refusal).toContain("notes.txt");
  });

  test("a --host that is no address of this machine", async () => {
    const env = { INKLING_WRITE_KEY: "w", INKLING_API_KEY: "r" };
    const args = [
      "start",
      ...TINY,
      "--port",
      "0",
      "--host",
      "nowhere.invalid",
      "--data",
      await prepared.copy(),
    ];
    const [refusal] = await refusalsOf([args], { env });
    expect(refusal).toMatch(/nowhere\.invalid.*--host/);
  });
});

test("help names every command, and doctor finds the native parts well", async () => {
  const help = await runProgram(["--help"]);
  expect(help).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/start.*serve.*import.*train.*evaluate.*doctor/s),
  });
  const doctor = await runProgram(["doctor"]);
  expect(doctor).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ok .*lmdb.*\nok .*DuckDB.*\nok .*onnxruntime.*\nok .*WebAssembly/),
  });
});
