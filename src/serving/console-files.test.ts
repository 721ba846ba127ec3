import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fastify } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askingForPage, readConsole, registerConsole } from "./console-files.ts";
import { sendProblem } from "./problem.ts";
import type { Server } from "./server.ts";

let folder: string;
let server: Server;
const page = { accept: "text/html,application/xhtml+xml" };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inkling-console-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>console</title>");
  await writeFile(join(folder, "assets", "main.js"), "run()");
  await writeFile(join(folder, "secret.env"), "KEY=1");
  const plain = fastify();
  plain.addConstraintStrategy(askingForPage);
  plain.setErrorHandler(sendProblem);
  plain.get("/", async () => ({ name: "inkling" }));
  plain.get("/v1/users/:id", async () => ({ userId: "u" }));
  registerConsole(plain as unknown as Server, await readConsole(folder)); // the same but for the types of its schemas
  server = plain as unknown as Server;
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

test("a browser gets the page at every address of the console, a program the data", async () => {
  for (const url of ["/", "/people/u-1?asOf=2026-01-01", "/anything"]) {
    const { statusCode, body } = await server.inject({ url, headers: page });
    expect({ url, statusCode, body }).toMatchObject({ url, statusCode: 200, body: /console/ });
  }
  expect((await server.inject("/")).json()).toEqual({ name: "inkling" });
  expect((await server.inject("/people")).statusCode).toBe(404);
  expect((await server.inject({ url: "/v1/users/u", headers: page })).json()).toEqual({ userId: "u" });
  expect((await server.inject({ url: "/v1/unknown", headers: page })).statusCode).toBe(404);
});

test("only what the server sends may run, and nobody may frame it", async () => {
  const { headers } = await server.inject({ url: "/", headers: page });
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(headers["cache-control"]).toBe("no-cache");
});

test("files are packed, kept for good, and no others than those of a page", async () => {
  const url = "/console/assets/main.js";
  const packed = await server.inject({ url, headers: { "accept-encoding": "gzip" } });
  expect(packed.headers).toMatchObject({
    "content-encoding": "gzip",
    "content-type": "text/javascript; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  expect(packed.headers["cache-control"]).toContain("immutable");
  expect(gunzipSync(packed.rawPayload).toString()).toBe("run()");
  expect((await server.inject(url)).body).toBe("run()");
  for (const other of ["secret.env", "index.html", "../package.json", "%2e%2e/package.json", "assets"])
    expect((await server.inject(`/console/${other}`)).statusCode).toBe(404);
});

test("where the console is not built there is none, and all else is as it was", async () => {
  expect((await readConsole(join(folder, "none"))).size).toBe(0);
});
