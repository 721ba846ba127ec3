import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { filesWith } from "../files-with.ts";
import { type Answer, ask } from "../server-process.ts";
import type { CrashFolder } from "./crash-folder.ts";
import type { Halved } from "./tally.ts";

const EVENTS = 25;
const PENDING = "erasing/erasures";
/** How far an erasure was, by the store that forgot last. */
const halvedAfter: Readonly<Record<string, Halved>> = {
  none: "erasureBeforeState",
  state: "erasureBeforeLog",
  vectors: "erasureBeforeLog",
  log: "erasureBeforeLake",
  "dead-letters": "erasureBeforeLake",
  lake: "erasureBeforeReceipt",
};

/** Somebody who writes a little and then asks to be forgotten: all of them must go, or, when nobody heard them, all must stay. */
export class Leaver {
  readonly userId: string;
  readonly #anonymousId: string;
  readonly #secret: string;
  readonly #folder: CrashFolder;
  /** The request was found on disk, so it is done whether it was answered or not. */
  #isNoted = false;

  constructor(name: string, folder: CrashFolder) {
    this.userId = `leaver-${name}`;
    this.#anonymousId = `browser-of-${name}`;
    this.#secret = `secret-of-${name}`;
    this.#folder = folder;
  }

  /** Sends events under two ids of one person, some of them twice, some of a name nobody declared. */
  async arrive(): Promise<void> {
    const { userId } = this;
    const anonymousId = this.#anonymousId;
    const email = `${this.#secret}@example.com`;
    const tracks = Array.from({ length: EVENTS }, (_, n) => ({
      type: "track",
      event: n % 5 === 4 ? "Odd Name" : "save",
      messageId: `${userId}-${n}`,
      properties: { itemId: `i-0000${n % 10}`, surface: "home", note: this.#secret },
      ...(n < 3 ? { anonymousId } : { userId }),
    }));
    const batch = [
      ...tracks.slice(0, 3),
      { type: "identify", userId, anonymousId, messageId: `${userId}-who`, traits: { email } },
      ...tracks.slice(3),
      ...tracks.slice(10, 13),
    ];
    const { status, body } = await this.#folder.server.post("/v1/batch", { batch });
    if (status !== 200 || body.accepted !== batch.length)
      throw new Error(`${userId} was answered ${status} ${JSON.stringify(body)}`);
  }

  /** Asks the server to forget; the receipt's id, or `undefined` when the server was gone before it answered. */
  async leave(): Promise<string | undefined> {
    const { address } = this.#folder.server.ready;
    const answer: Answer | undefined = await ask(`${address}/v1/users/${this.userId}`, {
      method: "DELETE",
    }).catch(() => undefined);
    if (!answer) return undefined;
    if (answer.status !== 202) throw new Error(`forgetting ${this.userId}: ${answer.status}`);
    this.#folder.tally.acknowledgedErasures++;
    return answer.body.erasureId as string;
  }

  /** Adds to the tally where a kill met the erasure; false when none was under way. */
  async noteWhereKilled(): Promise<boolean> {
    const folder = join(this.#folder.path, PENDING);
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
    for (const name of names) {
      const { stores } = JSON.parse(await readFile(join(folder, name), "utf8"));
      this.#folder.tally.halved[halvedAfter[stores.at(-1)?.name ?? "none"]!]++; // every store is in the table
    }
    this.#isNoted ||= names.length > 0;
    return names.length > 0;
  }

  /** After a restart, which finishes what was begun: is this person gone to the last byte, or, unless asked for durably, all there? */
  async check(erasureId: string | undefined): Promise<void> {
    const { server, tally, path } = this.#folder;
    const { status, body } = await server.get(`/v1/users/${this.userId}`);
    const isWhole = status === 200 && body.eventCount === EVENTS + 1 && body.ids.length === 2;
    if (erasureId === undefined && !this.#isNoted && isWhole) return;
    const receipt = erasureId === undefined ? undefined : await server.get(`/v1/erasures/${erasureId}`);
    const isDone = receipt === undefined || receipt.body.status === "done";
    const left = await filesWith(path, [this.userId, this.#anonymousId, this.#secret]);
    if (status !== 404 || !isDone || left.length > 0) {
      tally.faults.halfErased++;
      tally.notes.push(
        `${this.userId}: GET ${status}, in ${left.join(", ")}, ${JSON.stringify(receipt?.body)}`,
      );
    }
  }
}
