import type { SequenceResponse } from "#api";
import { HOUR_MS, type Random } from "#base";
import type { ServerProcess } from "../server-process.ts";
import { type Ledger, type SentEvent, UNDECLARED } from "./ledger.ts";

const ACTIONS = ["impression", "view", "close-up", "click", "save", "share", "hide"] as const;
const SURFACES = ["home", "search", "related"] as const;
const LARGEST_BATCH = 60;
/** How the unkind client behaves, as probabilities. */
const SINGLE = 0.2;
const RESEND_ACKNOWLEDGED = 0.1;
const SEND_TWICE_AT_ONCE = 0.05;
const TWICE_IN_BATCH = 0.05;
const RETRY = 0.7;
const READ_BACK = 0.05;
/** A client that lost its connection waits this long for the server to come back. */
const UNSETTLED_KEPT = 20;

/** One client under load: sends batches one after another, repeats itself on purpose, retries what was not answered. */
export class Writer {
  readonly #name: string;
  readonly #random: Random;
  readonly #ledger: Ledger;
  #made = 0;
  #unsettled: SentEvent[][] = [];
  #settled: SentEvent[] | undefined;

  constructor(name: string, random: Random, ledger: Ledger) {
    this.#name = name;
    this.#random = random;
    this.#ledger = ledger;
  }

  /** Writes until the server is gone. Returns how many acknowledged events a read right afterwards did not show. */
  async writeUntilGone(server: ServerProcess, userIds: readonly string[], nowMs: number): Promise<number> {
    let unread = 0;
    const retried = this.#unsettled.filter(() => this.#random.chance(RETRY));
    this.#unsettled = [];
    for (;;) {
      const batch = retried.pop() ?? this.#nextBatch(userIds, nowMs);
      const copies = this.#random.chance(SEND_TWICE_AT_ONCE) ? 2 : 1;
      const outcomes = await Promise.all(
        Array.from({ length: copies }, () => this.#send(server, batch).catch(isGone)),
      );
      if (!outcomes.includes("acknowledged"))
        this.#unsettled = [...this.#unsettled, batch].slice(-UNSETTLED_KEPT);
      if (outcomes.includes("gone")) {
        this.#unsettled.push(...retried);
        return unread;
      }
      if (!outcomes.includes("acknowledged")) continue;
      this.#settled = batch;
      if (this.#random.chance(READ_BACK)) unread += await countUnread(server, batch);
    }
  }

  async #send(server: ServerProcess, batch: readonly SentEvent[]): Promise<"acknowledged" | "refused"> {
    for (const event of batch) this.#ledger.send(event);
    const [first] = batch;
    const answer =
      batch.length === 1 ? await server.post("/v1/track", first) : await server.post("/v1/batch", { batch });
    if (answer.status === 503) return "refused";
    if (answer.status !== 200 || answer.body.accepted !== batch.length)
      throw new UnexpectedAnswer(`${answer.status} ${JSON.stringify(answer.body)}`);
    for (const event of batch) this.#ledger.acknowledge(event);
    return "acknowledged";
  }

  #nextBatch(userIds: readonly string[], nowMs: number): SentEvent[] {
    const random = this.#random;
    if (this.#settled && random.chance(RESEND_ACKNOWLEDGED)) return this.#settled;
    const length = random.chance(SINGLE) ? 1 : 1 + random.integer(LARGEST_BATCH);
    const batch: SentEvent[] = [];
    while (batch.length < length) {
      const isRepeat = batch.length > 0 && random.chance(TWICE_IN_BATCH);
      batch.push(isRepeat ? batch[random.integer(batch.length)]! : this.#nextEvent(userIds, nowMs));
    }
    return batch;
  }

  /** Some late, some without a time, some about items nobody put in the catalogue, some of an undeclared name. */
  #nextEvent(userIds: readonly string[], nowMs: number): SentEvent {
    const random = this.#random;
    const isKnownItem = random.chance(0.9);
    const itemId = isKnownItem
      ? `i-${String(1 + random.integer(500)).padStart(5, "0")}`
      : `new-${random.integer(2000)}`;
    // The square makes some users busy: their sequences fill several blocks.
    const userId = userIds[Math.floor(random.uniform() ** 2 * userIds.length)]!;
    const lateMs = random.chance(0.2) ? random.integer(240 * HOUR_MS) : -this.#made;
    const hasTime = random.chance(0.7);
    return {
      type: "track",
      messageId: this.#nextId(),
      userId,
      event: random.chance(0.03) ? UNDECLARED : ACTIONS[random.integer(ACTIONS.length)]!,
      ...(hasTime && { timestamp: new Date(nowMs - lateMs).toISOString() }),
      properties: {
        itemId,
        ...(random.chance(0.7) && { surface: SURFACES[random.integer(SURFACES.length)]! }),
        ...(random.chance(0.3) && { position: random.integer(50) }),
      },
    };
  }

  /** Half of the senders use UUIDs, which are stored another way than other text. */
  #nextId(): string {
    this.#made++;
    if (this.#random.chance(0.5)) return `${this.#name}-${this.#made}`;
    const hex = Array.from({ length: 4 }, () => this.#random.uint32().toString(16).padStart(8, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}

/** An answer no client should ever get to a well-formed batch. */
export class UnexpectedAnswer extends Error {}

function isGone(error: unknown): "gone" {
  if (error instanceof UnexpectedAnswer) throw error;
  return "gone"; // the connection was refused or cut
}

/** What was acknowledged must show at once to whoever asks next. */
async function countUnread(server: ServerProcess, batch: readonly SentEvent[]): Promise<number> {
  const rows = batch.filter(({ event }) => event !== UNDECLARED);
  const [first] = rows;
  if (!first) return 0;
  const answer = await server.get(`/v1/users/${first.userId}/sequence?limit=16384`).catch(() => undefined);
  if (answer === undefined) return 0; // gone meanwhile
  if (answer.status === 503) return 0;
  if (answer.status !== 200) return 1;
  const shown = new Set((answer.body as SequenceResponse).events.map(({ eventId }) => eventId));
  return rows.filter(({ userId, messageId }) => userId === first.userId && !shown.has(messageId)).length;
}
