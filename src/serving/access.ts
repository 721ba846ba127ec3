import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { PlatformError } from "#base";

/** Keys a client must show. Absent: that door is open, which is allowed on loopback only. */
export interface Keys {
  /** For sending events and items. Shown as Basic auth user name (Segment's way) or as a bearer token. */
  readonly writeKey?: string;
  /** For reading. Shown as a bearer token. */
  readonly apiKey?: string;
}

/** Which key a route asks for. */
export type Door = "write" | "read" | "open";

/** @throws PlatformError `unauthorized` */
export function checkAccess(request: FastifyRequest, door: Door, keys: Keys): void {
  if (door === "open") return;
  const wanted = door === "write" ? keys.writeKey : keys.apiKey;
  if (wanted === undefined) {
    if (door === "write") checkOrigin(request);
    return;
  }
  const shown = keyIn(request.headers.authorization);
  if (shown !== undefined && isSame(shown, wanted)) return;
  const how =
    door === "write"
      ? "the write key as Basic auth user name or bearer token"
      : "the API key as a bearer token";
  throw new PlatformError("unauthorized", `send ${how} in the Authorization header`);
}

/** @throws PlatformError `unsafe-bind` when a public address is asked for without both keys */
export function checkBind(host: string, keys: Keys): void {
  if (isLoopback(host) || (keys.writeKey && keys.apiKey)) return;
  throw new PlatformError(
    "unsafe-bind",
    `${host} can be reached from other machines, so a write key and an API key are needed: set INKLING_WRITE_KEY and ` +
      "INKLING_API_KEY, or leave out --host to listen on 127.0.0.1 only.",
  );
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/**
 * A browser lets any page post text to this machine, so without a write key only pages of this machine may.
 * @throws PlatformError `unauthorized`
 */
function checkOrigin({ headers: { origin } }: FastifyRequest): void {
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

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
