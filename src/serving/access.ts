import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { PlatformError } from "#base";

/** @file Who may do what: keys, and what is allowed without one on loopback. */

/** Keys a client must show. Absent: that door is open, which is allowed on loopback only. */
export interface Keys {
  /** The platform's own, for sending and for taking away. Shown as Basic auth user name (Segment's way) or as a bearer token. */
  readonly writeKey?: string;
  /** For reading. Shown as a bearer token. */
  readonly apiKey?: string;
  /** Of the declared sources, for sending only: they lie in browsers and apps. Shown as the platform's own is. */
  readonly sources?: readonly SourceKey[];
}

/** The key of one declared source. */
export interface SourceKey {
  readonly source: string;
  /** The environment variable it comes from. */
  readonly variable: string;
  /** Absent: the variable is not set, and the source cannot send. */
  readonly writeKey?: string;
}

/** What a route asks for: a key that may send, the platform's own write key, the API key, or none. */
export type Door = "write" | "control" | "read" | "open";

declare module "fastify" {
  interface FastifyRequest {
    /** The declared source by whose key the request came in. */
    source: string | undefined;
  }
}

/** One key, in the form in which it is compared, and whose it is. */
interface Grant {
  readonly digest: Buffer;
  readonly source?: string;
}

const hints = {
  write: "a write key as Basic auth user name or bearer token",
  control:
    "the platform's own write key (INKLING_WRITE_KEY; a source's key only sends) as Basic auth user name or bearer token",
  read: "the API key as a bearer token",
} as const;

export class Access {
  readonly #grants: Readonly<Record<keyof typeof hints, readonly Grant[]>>;

  constructor({ writeKey, apiKey, sources = [] }: Keys) {
    const own = grantsOf([{ key: writeKey }]);
    const ofSources = grantsOf(sources.map(({ source, writeKey: key }) => ({ key, source })));
    this.#grants = { write: [...own, ...ofSources], control: own, read: grantsOf([{ key: apiKey }]) };
  }

  /** The source that asks, where its key says so. @throws PlatformError `unauthorized` */
  check({ headers }: FastifyRequest, door: Door): string | undefined {
    if (door === "open") return undefined;
    const isSending = door === "write" || door === "control";
    if (this.#grants[isSending ? "write" : door].length === 0) {
      if (isSending) checkOrigin(headers.origin);
      return undefined;
    }
    const shown = keyIn(headers.authorization);
    const grant = shown === undefined ? undefined : find(this.#grants[door], shown);
    if (!grant) throw new PlatformError("unauthorized", `send ${hints[door]} in the Authorization header`);
    return grant.source;
  }
}

/**
 * @throws PlatformError `unsafe-bind` when a public address is asked for without a key for every door and every source;
 * `invalid-config` when a key does not say whose it is
 */
export function checkBind(host: string, keys: Keys): void {
  checkDistinct(keys);
  if (isLoopback(host)) return;
  const { writeKey, apiKey, sources = [] } = keys;
  const missing = sources.find((source) => !source.writeKey);
  if (missing)
    throw new PlatformError(
      "unsafe-bind",
      `${host} can be reached from other machines, so each source needs its key: set ${missing.variable} for ${missing.source}, ` +
        "or leave out --host to listen on 127.0.0.1 only.",
    );
  if ((writeKey || sources.length > 0) && apiKey) return;
  throw new PlatformError(
    "unsafe-bind",
    `${host} can be reached from other machines, so a write key and an API key are needed: set INKLING_WRITE_KEY and ` +
      "INKLING_API_KEY, or leave out --host to listen on 127.0.0.1 only.",
  );
}

/** A key that two share would not tell who sends; a source's key that reads would lay everybody open in a browser. */
function checkDistinct({ writeKey, apiKey, sources = [] }: Keys): void {
  const owners = new Map<string, string>();
  if (writeKey) owners.set(writeKey, "INKLING_WRITE_KEY");
  if (apiKey) owners.set(apiKey, "INKLING_API_KEY");
  for (const { variable, writeKey: key } of sources) {
    if (!key) continue;
    const owner = owners.get(key);
    if (owner !== undefined)
      throw new PlatformError(
        "invalid-config",
        `${variable} and ${owner} hold the same key; give each source one of its own`,
      );
    owners.set(key, variable);
  }
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/**
 * A browser lets any page post text to this machine, so without a write key only pages of this machine may.
 * @throws PlatformError `unauthorized`
 */
function checkOrigin(origin: string | undefined): void {
  if (origin === undefined) return; // no browser
  if (URL.canParse(origin) && isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ""))) return;
  throw new PlatformError(
    "unauthorized",
    `a page of ${origin} may send only with a write key: start the platform with INKLING_WRITE_KEY, and show it`,
  );
}

function keyIn(authorization = ""): string | undefined {
  const [scheme = "", value = ""] = authorization.split(" ");
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  return Buffer.from(value, "base64").toString().split(":")[0];
}

function grantsOf(keys: readonly { readonly key: string | undefined; readonly source?: string }[]): Grant[] {
  return keys.flatMap(({ key, source }) =>
    key ? [{ digest: digestOf(key), ...(source !== undefined && { source }) }] : [],
  );
}

/** Compares digests, and always all of them, so that neither length, nor content, nor place shows in the time it takes. */
function find(grants: readonly Grant[], shown: string): Grant | undefined {
  const digest = digestOf(shown);
  return grants.filter((grant) => timingSafeEqual(grant.digest, digest))[0];
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
