import { maxHeaderSize, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type ErrorCode, errorCatalogue } from "#base";
import { problemOf } from "./problem.ts";

/** Beyond this a body that trickles in is given up: it takes room in flight that others wait for. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** Whoever does not hang up by then has read the answer or will not. To end at once would take it away from who still sends. */
const LINGER_MS = 1000;

/** Answers what Node refuses before it is a request, and ends the connection: nobody can tell where the next request would begin. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [code, detail] = refusals[error.code ?? ""] ?? [
    "invalid-request",
    `What came cannot be read as HTTP/1.1 (${error.message}); send a request line, headers and a body as long as they say.`,
  ];
  const { status } = errorCatalogue[code];
  const body = JSON.stringify(problemOf(code, detail, "")); // it is no request, so it has no id
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}

/** Node's own codes -> ours, and how to mend it. */
const refusals: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    "headers-too-large",
    `Address and headers together are over ${maxHeaderSize} bytes; send fewer cookies, or what is asked in the body.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    "request-timeout",
    `The request was not whole after ${REQUEST_TIMEOUT_MS / 1000} s; send less at a time.`,
  ],
};
