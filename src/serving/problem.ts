import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "#api";
import { type ErrorCode, errorCatalogue, PlatformError } from "#base";
import { ComeAgain } from "./ingest-gate.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What was told instead of what was asked for; `null` where that was told. */
    problem: ErrorCode | null;
  }
}

/** Whether a request was not served for something wrong here: what is being made for the first time is not wrong. */
export function isFailure({ problem }: FastifyRequest, status: number): boolean {
  return status >= 500 && problem !== "not-made-yet";
}

/** Fastify's own codes -> ours. */
const translated: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body-too-large",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid-json",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid-json",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid-request",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported-media-type",
  FST_ERR_MAX_PARAM_LENGTH: "invalid-request",
  FST_ERR_VALIDATION: "invalid-request",
};

/** Answers an error as RFC 9457 problem+json. Our own mistakes are logged and told without details. */
export function sendProblem(
  error: FastifyError | PlatformError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const code = codeOf(error);
  const { status, meaning } = errorCatalogue[code];
  request.problem = code;
  if (isFailure(request, status) && !(error instanceof ComeAgain))
    request.log.error({ reqId: request.id, err: error }, meaning);
  const detail = code === "internal" ? `Look for request ${request.id} in the server's log.` : error.message;
  if (status === 503) reply.header("retry-after", "1");
  if (status === 401) reply.header("www-authenticate", 'Basic realm="inkling", Bearer');
  reply
    .code(status)
    .type("application/problem+json")
    .send(JSON.stringify(problemOf(code, detail, request.id)));
}

export function problemOf(code: ErrorCode, detail: string, requestId: string): Problem {
  const { status, meaning } = errorCatalogue[code];
  return { type: `urn:inkling:error:${code}`, title: meaning, status, code, detail, requestId };
}

function codeOf(error: FastifyError | PlatformError): ErrorCode {
  if (error instanceof PlatformError) return error.code;
  const known = translated[error.code];
  if (known) return known;
  if (error instanceof SyntaxError) return "invalid-json";
  return error.statusCode === 400 ? "invalid-request" : "internal";
}
