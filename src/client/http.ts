import { ClientError } from "./client-error.ts";

/** @file Requests, and what to do when one fails: which failures are worth another try, and after how long. */

/** The part of `fetch` that the client needs. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

export interface HttpOptions {
  readonly host: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

export type Answer =
  | { readonly kind: "ok"; readonly body: unknown }
  /** The server is away or busy: the same request may be sent again. */
  | { readonly kind: "retry"; readonly error: ClientError; readonly retryAfterMs: number | undefined }
  /** The server failed at this request: worth another try, but not for ever. */
  | { readonly kind: "fault"; readonly error: ClientError }
  | { readonly kind: "too-large"; readonly error: ClientError }
  | { readonly kind: "refused"; readonly error: ClientError };

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body?: string;
  readonly abort?: AbortSignal;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
/** A server that asks for more is asked again after this. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** One try. Never throws: what went wrong is the answer. */
export async function send(options: HttpOptions, request: HttpRequest): Promise<Answer> {
  const { method, path, authorization, body, abort } = request;
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await options.fetch(`${options.host}${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body }),
      signal: abort ? AbortSignal.any([timeout, abort]) : timeout,
    });
    const text = await response.text();
    return answerOf(response.status, text, response.headers.get("retry-after"), { ...request, ...options });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${method} ${options.host}${path} was not answered: ${why}`;
    return {
      kind: "retry",
      error: new ClientError("request-failed", message, { cause }),
      retryAfterMs: undefined,
    };
  }
}

function answerOf(
  status: number,
  text: string,
  retryAfter: string | null,
  { method, path, host, nowMs }: HttpRequest & HttpOptions,
): Answer {
  const body = parse(text);
  if (status >= 200 && status < 300) {
    if (body !== undefined) return { kind: "ok", body };
    const message = `${method} ${host}${path} was answered ${status} and no JSON; is it the platform's address?`;
    return { kind: "refused", error: new ClientError("request-failed", message, { status }) };
  }
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown }; // problem+json, or another server's
  const why = typeof detail === "string" ? `: ${detail}` : "";
  const error = new ClientError("request-failed", `${method} ${host}${path} was answered ${status}${why}`, {
    status,
    ...(typeof code === "string" && { reason: code }),
  });
  if ([408, 425, 429, 502, 503, 504].includes(status))
    return { kind: "retry", error, retryAfterMs: parseRetryAfter(retryAfter, nowMs()) };
  if (status >= 500) return { kind: "fault", error };
  return { kind: status === 413 ? "too-large" : "refused", error };
}

/** Exponential, and anywhere in its upper half, so that many clients do not come back at once. The server's wish is a floor. */
export function waitMsBefore(
  attempt: number,
  uniform: () => number,
  retryAfterMs: number | undefined = 0,
): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.max(full * (0.5 + uniform() / 2), retryAfterMs);
}

/** Seconds or an HTTP date (RFC 9110 10.2.3), as milliseconds from now. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
