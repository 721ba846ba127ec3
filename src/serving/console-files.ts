import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "#base";
import type { Server } from "./server.ts";

/**
 * @file The console's built files, from memory: there are a few dozen. A browser asks for pages by `accept: text/html`, so every address of
 * the console is a link, and `GET /` still tells a program what this is. Files are named by their content, and kept for good.
 */

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Only what this server sends runs, and it speaks to this server alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const packed = promisify(gzip);

interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzip: Buffer;
}

/** The files under a folder by their path in it; none where it is not built. */
export async function readConsole(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(
    paths.map(async (path): Promise<[string, ConsoleFile][]> => {
      const type = TYPES[extname(path)];
      if (type === undefined) return [];
      const bytes = await readFile(join(folder, path));
      return [[path.replaceAll("\\", "/"), { type, bytes, gzip: await packed(bytes) }]];
    }),
  );
  return new Map(files.flat());
}

/** Tells apart who asks for a page and who asks for data, on the same address. */
export const askingForPage: Parameters<Server["addConstraintStrategy"]>[0] = {
  name: "page",
  storage() {
    const handlers = new Map<unknown, Handler>();
    return {
      get: (kind) => handlers.get(kind) ?? null,
      set: (kind, handler) => void handlers.set(kind, handler),
    };
  },
  deriveConstraint: ({ headers }) => (headers.accept?.includes("text/html") ? "html" : undefined),
};

type Storage = ReturnType<Parameters<Server["addConstraintStrategy"]>[0]["storage"]>;
type Handler = Parameters<Storage["set"]>[1];

export function registerConsole(server: Server, files: ReadonlyMap<string, ConsoleFile>): void {
  const page = files.get("index.html");
  if (!page) return;
  const options = { config: { door: "open" as const }, schema: { hide: true } };
  server.get("/console/*", options, async (request, reply) => {
    const path = (request.params as { "*": string })["*"]; // of the route
    const file = path === "index.html" ? undefined : files.get(path);
    if (!file) throw new PlatformError("route-not-found", `the console has no file "${path}"`);
    reply.header("cache-control", "public, max-age=31536000, immutable");
    return send(request, reply, file);
  });
  const pages = { ...options, constraints: { page: "html" } };
  for (const path of ["/", "/*"]) {
    server.get(path, pages, async (request, reply) => {
      if (request.url.startsWith("/v1/"))
        throw new PlatformError("route-not-found", `GET ${request.url} is not a route; see /openapi.json`);
      reply.headers({
        "cache-control": "no-cache",
        "content-security-policy": POLICY,
        "referrer-policy": "no-referrer",
      });
      return send(request, reply, page);
    });
  }
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, bytes, gzip: small }: ConsoleFile,
): Buffer {
  reply.headers({
    "content-type": type,
    vary: "accept, accept-encoding",
    "x-content-type-options": "nosniff",
  });
  if (!request.headers["accept-encoding"]?.includes("gzip")) return bytes;
  reply.header("content-encoding", "gzip");
  return small;
}
