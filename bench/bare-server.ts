import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A server of this process that answers whatever it is asked with the same ready bytes: what HTTP itself takes on this machine, so that it can be told from
 * what an answer of ours takes. Resolves with its address, and how to end it.
 */
export async function openBareServer(
  bodyBytes: number,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const body = Buffer.alloc(bodyBytes, " ");
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": bodyBytes };
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(200, headers).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
