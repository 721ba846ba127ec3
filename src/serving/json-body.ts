import { isUtf8 } from "node:buffer";
import type { FastifyRequest } from "fastify";
import { nextTurn, PlatformError } from "#base";
import type { Inflater } from "./inflate.ts";
import type { ComeAgain } from "./ingest-gate.ts";
import type { Server } from "./server.ts";

/**
 * Reads bodies of these content types as JSON in UTF-8, unpacked when they are gzip. Keys that would reach an object's
 * prototype are left out.
 */
export function readAsJson(
  server: Server,
  contentTypes: readonly string[],
  inflater: Inflater,
  known?: KnownBodies,
): void {
  const parse = server.getDefaultJsonParser("remove", "remove");
  server.addContentTypeParser([...contentTypes], { parseAs: "buffer" }, (request, body, done) => {
    const finish = (bytes: Buffer): void => {
      const found = known?.find(bytes);
      if (found) {
        done(null, found);
        return;
      }
      const fault = faultOf(request, bytes);
      const text = fault ? "" : bytes.toString();
      const value = fault || mayNamePrototype(text) ? undefined : parsed(text);
      if (fault) done(fault);
      else if (value === undefined) parse(request, text, done);
      else {
        if (typeof value === "object" && value !== null) known?.note(value, bytes);
        done(null, value);
      }
    };
    const bytes = body as Buffer; // as asked for by `parseAs`
    if (isPacked(request)) inflater.inflate(bytes, request.facts.bodyLimit).then(finish, done);
    else if (bytes.length < LARGE_BYTES) finish(bytes);
    else nextTurn().then(() => finish(bytes));
  });
}

/**
 * From this size on a body is read in a turn of its own. When many large ones are there at once, the first is stored and applied while the others are read, and
 * not when all of them are.
 */
const LARGE_BYTES = 4096;

/** Bodies that are known without being read, on routes whose admission does not go by their size. */
export interface KnownBodies {
  /** What stands for the body. */
  find(bytes: Buffer): object | undefined;
  /** Told of every other. */
  note(body: object, bytes: Buffer): void;
}

/** Whether the text may have a key that reaches a prototype, however it is written: looking closer takes as long as parsing. */
function mayNamePrototype(text: string): boolean {
  return text.includes("__proto__") || text.includes("constructor") || text.includes("\\u");
}

/** What the text says; `undefined` when it is no JSON, and whoever looks closer says why. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws PlatformError `unsupported-media-type` when the body is packed in another way than gzip */
export function checkEncoding(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"];
  if (encoding === undefined || isPacked(request) || encoding.trim().toLowerCase() === "identity") return;
  throw new PlatformError(
    "unsupported-media-type",
    `content-encoding "${encoding}" is not taken; send gzip, or none`,
  );
}

function isPacked({ headers }: FastifyRequest): boolean {
  return /^\s*(?:x-)?gzip\s*$/i.test(headers["content-encoding"] ?? "");
}

/** What keeps the body from being read, now that its size is known. */
function faultOf(request: FastifyRequest, bytes: Buffer): Error | undefined {
  if (!isUtf8(bytes)) return new PlatformError("invalid-json", "the body is not UTF-8 throughout");
  try {
    request.admission?.resize(bytes.length);
    return undefined;
  } catch (error) {
    return error as ComeAgain; // all that it throws
  }
}
