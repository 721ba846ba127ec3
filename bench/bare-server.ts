/**
 * @file Servers of this process that do next to nothing: what a machine takes for carrying questions and answers, so that it can be told from what ours
 * do with them. No server of ours can be faster than these.
 */
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { Packr } from "msgpackr";
import { SegmentedEventLog } from "#storage";

export interface BareServer {
  readonly address: string;
  close(): Promise<void>;
}

const CONTENT_TYPE = "application/json; charset=utf-8";

/** One that answers whatever it is asked with the same ready bytes. */
export function openBareServer(bodyBytes: number): Promise<BareServer> {
  const body = Buffer.alloc(bodyBytes, " ");
  const headers = { "content-type": CONTENT_TYPE, "content-length": bodyBytes };
  return listening(
    createServer((request, response) => {
      request.resume().once("end", () => response.writeHead(200, headers).end(body));
    }),
  );
}

/** The same without HTTP, for it does not look at what it is asked: an answer, head and body, for whatever comes. Requests that come in pieces would be answered for each. */
export function openBareSocket(bodyBytes: number): Promise<BareServer> {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${CONTENT_TYPE}\r\ncontent-length: ${bodyBytes}\r\n\r\n`;
  const answer = Buffer.concat([Buffer.from(head), Buffer.alloc(bodyBytes, " ")]);
  return listening(
    createSocketServer({ noDelay: true }, (socket) => {
      socket.on("data", () => socket.write(answer)).on("error", () => socket.destroy());
    }),
  );
}

/**
 * One that takes in batches of events and does the least that an answer promises: each is parsed, packed and durable in a log. Nothing is checked, known
 * again, put to a person or shown to a reader.
 */
export async function openBareLog(folder: string): Promise<BareServer> {
  const log = await SegmentedEventLog.open(folder, { partitionCount: 1 });
  const packer = new Packr();
  const take = async (body: Buffer): Promise<string> => {
    const { batch } = JSON.parse(body.toString()) as { batch: readonly unknown[] };
    const records = batch.map((event) => Buffer.from(packer.pack(event)));
    await log.append(0, records);
    return JSON.stringify({ accepted: records.length });
  };
  const server = await listening(
    createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.once("end", async () => {
        const text = await take(Buffer.concat(pieces));
        response.writeHead(200, { "content-type": CONTENT_TYPE, "content-length": text.length }).end(text);
      });
    }),
  );
  return { address: server.address, close: () => server.close().then(() => log.close()) };
}

async function listening(server: Server): Promise<BareServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
