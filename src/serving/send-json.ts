import { isAscii } from "node:buffer";
import type { FastifyReply } from "fastify";
import type { Written } from "./json-writer.ts";

/** Up to here a copy as a string, which goes out in one piece with its head, is cheaper than to lend a buffer. */
const SHORT_BYTES = 32 * 1024;

/** Sends an answer that was written for this request, past a serializer and all that waits for one. */
export function sendJson(reply: FastifyReply, { text, sent }: Written): void {
  if (text.length > SHORT_BYTES || !isAscii(text)) {
    reply.raw.once("finish", sent);
    sendKept(reply, text);
    return;
  }
  const short = text.toString("latin1");
  sent();
  begin(reply, text).end(short, "latin1");
}

/** The same of a text that is kept as it is: a copy for each who asks would be work for the collector. */
export function sendKept(reply: FastifyReply, text: Buffer): void {
  begin(reply, text).end(text);
}

function begin(reply: FastifyReply, { length }: Buffer): FastifyReply["raw"] {
  const { raw } = reply.hijack();
  return raw.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": length });
}
