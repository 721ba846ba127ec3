/**
 * @file Servers of this process that answer whatever they are asked with the same ready bytes: what a machine takes for carrying an answer, so that it can be
 * told from what making one takes. No server of ours can be faster than these.
 */
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";

export interface BareServer {
  readonly address: string;
  close(): Promise<void>;
}

const CONTENT_TYPE = "application/json; charset=utf-8";

/** One that speaks HTTP. */
export function openBareServer(bodyBytes: number): Promise<BareServer> {
  const body = Buffer.alloc(bodyBytes, " ");
  const headers = { "content-type": CONTENT_TYPE, "content-length": bodyBytes };
  return listening(
    createServer((request, response) => {
      request.resume().once("end", () => response.writeHead(200, headers).end(body));
    }),
  );
}

/** One that does not even look at what it is asked: an answer, head and body, for whatever comes. Requests that come in pieces would be answered for each. */
export function openBareSocket(bodyBytes: number): Promise<BareServer> {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${bodyBytes}\r\n\r\n`;
  const answer = Buffer.concat([Buffer.from(head), Buffer.alloc(bodyBytes, " ")]);
  return listening(
    createSocketServer({ noDelay: true }, (socket) => {
      socket.on("data", () => socket.write(answer)).on("error", () => socket.destroy());
    }),
  );
}

async function listening(server: Server): Promise<BareServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
