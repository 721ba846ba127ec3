/** @file Who reads the events and keeps results and place together has every acknowledged event once, whoever is killed when. */
import { afterEach, expect, test } from "vitest";
import { prepareFolder, TINY } from "./prepared-folder.ts";
import { killAll, ServerProcess } from "./server-process.ts";

const KILLS = Number(process.env["INKLING_FEED_KILLS"] ?? 2);
const FEED = "/v1/events?group=warehouse&purpose=analytics";
const BATCH = 40;

afterEach(killAll);

/** As a reader's database would keep it: what one transaction wrote is there, what was in hand is not. */
class Warehouse {
  /** Message id -> how often it was kept. */
  readonly kept = new Map<string, number>();
  /** Partition -> what is finished. */
  readonly places = new Map<number, number>();

  transact(partition: number, next: number, ids: readonly string[]): void {
    for (const id of ids) this.kept.set(id, (this.kept.get(id) ?? 0) + 1);
    this.places.set(partition, next);
  }
}

/** Reads until the answer ends, or `signal` fires; before it begins, the platform is told what the warehouse has. */
async function read(server: ServerProcess, warehouse: Warehouse, signal: AbortSignal): Promise<void> {
  try {
    await commit(server, warehouse);
    const { body } = await fetch(`${server.ready.address}${FEED}`, { signal });
    let inHand: string[] = [];
    for await (const line of linesOf(body!)) {
      const { partition, message, next } = JSON.parse(line);
      if (message) inHand.push(message.messageId);
      else {
        warehouse.transact(partition, next, inHand);
        inHand = [];
        await commit(server, warehouse);
      }
    }
  } catch {
    // The server or this reader was killed; it goes on with what the warehouse has.
  }
}

/** Whole ones: what is cut off is nothing. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

async function commit(server: ServerProcess, { places }: Warehouse): Promise<void> {
  if (places.size === 0) return;
  const offsets = Object.fromEntries(places);
  expect((await server.post("/v1/events/commit", { group: "warehouse", offsets })).status).toBe(204);
}

/** Sends batch after batch until it fails; the ids of those that were acknowledged are kept. */
async function sendUntilKilled(
  server: ServerProcess,
  round: number,
  acknowledged: Set<string>,
): Promise<void> {
  for (let n = 0; ; n++) {
    const batch = Array.from({ length: BATCH }, (_, place) => ({
      ...{ type: "track", event: "save", userId: `u-${place % 7}`, messageId: `${round}-${n}-${place}` },
      properties: { itemId: "i-1" },
    }));
    const answer = await server.post("/v1/batch", { batch }).catch(() => undefined);
    if (answer?.status !== 200) return;
    for (const { messageId } of batch) acknowledged.add(messageId);
  }
}

test(`server and reader are killed ${KILLS} times, and nothing is lost or kept twice`, async () => {
  const folder = await prepareFolder();
  const args = [...TINY, "--data", folder.path];
  const warehouse = new Warehouse();
  const acknowledged = new Set<string>();
  for (let round = 0; round < KILLS; round++) {
    const server = await ServerProcess.start(args);
    const reader = new AbortController();
    const reading = read(server, warehouse, reader.signal);
    const sending = sendUntilKilled(server, round, acknowledged);
    const sentBefore = acknowledged.size;
    await expect.poll(() => acknowledged.size - sentBefore).toBeGreaterThan(3 * BATCH);
    if (round % 2 === 1) reader.abort(); // in the middle of a run, most likely
    await server.kill();
    await Promise.all([reading, sending]);
  }
  const server = await ServerProcess.start(args);
  const reader = new AbortController();
  const reading = read(server, warehouse, reader.signal);
  await expect.poll(() => [...acknowledged].filter((id) => !warehouse.kept.has(id))).toEqual([]);
  reader.abort();
  await reading;
  expect([...warehouse.kept].filter(([, times]) => times !== 1)).toEqual([]);
  await server.stop();
  await folder.remove();
});
