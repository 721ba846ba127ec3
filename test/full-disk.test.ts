/** @file The real server when its files cannot grow, when its disk is full, and when the disk is slow. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { cp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { SequenceResponse, UserResponse } from "#api";
import { Ledger, noFaults, type SentEvent } from "./crash/ledger.ts";
import { type PreparedFolder, prepareFolder, TINY, temporaryFolder } from "./prepared-folder.ts";
import { type Answer, ask, killAll, ServerProcess } from "./server-process.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const PATIENCE = { timeout: 120_000, interval: 50 };

/** With a log of small files, the state's is the one that grows to the limit. */
const SMALL_SEGMENTS = [...TINY, "--retain-bytes", String(MIB)];

let filled: PreparedFolder;
beforeAll(async () => {
  filled = await prepareFolder();
});
afterEach(killAll);
afterAll(() => filled.remove());

/** Sends events of a few users, and keeps what was promised of them. */
class Sender {
  readonly #ledger = new Ledger();
  readonly #server: ServerProcess;
  #made = 0;

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  get acknowledged(): number {
    return this.#ledger.acknowledgedEvents;
  }

  nextBatch(events: number, noteBytes: number): SentEvent[] {
    return Array.from({ length: events }, () => {
      const n = this.#made++;
      return {
        type: "track",
        event: "save",
        messageId: `event-${n}`,
        userId: `sender-${n % 200}`,
        properties: { itemId: `i-0000${1 + (n % 9)}`, note: "x".repeat(noteBytes) },
      };
    });
  }

  async send(batch: readonly SentEvent[]): Promise<Answer> {
    for (const event of batch) this.#ledger.send(event);
    const answer = await this.#server.post("/v1/batch", { batch });
    if (answer.status === 200) for (const event of batch) this.#ledger.acknowledge(event);
    return answer;
  }

  /** Sends batch after batch until one is refused; that answer. */
  async sendUntilRefused(events: number, noteBytes: number): Promise<Answer> {
    for (;;) {
      const answer = await this.send(this.nextBatch(events, noteBytes));
      if (answer.status !== 200) return answer;
    }
  }

  /** Everything acknowledged is there once, and nothing that was not sent. */
  async check(): Promise<void> {
    const faults = noFaults();
    for (const userId of this.#ledger.userIds) {
      const sequence = await this.#server.get(`/v1/users/${userId}/sequence?limit=16384`);
      const user = await this.#server.get(`/v1/users/${userId}`);
      const isKnown = user.status === 200;
      const rows = isKnown ? (sequence.body as SequenceResponse).events : [];
      this.#ledger.check(userId, rows, isKnown ? (user.body as UserResponse) : undefined, faults);
    }
    expect(faults).toEqual(noFaults());
  }
}

/** Size of the largest file below a folder. */
async function largestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return Math.max(...sizes);
}

function canRun(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** No file of the process may grow beyond this: writes fail as on a full disk, and root is not needed. */
function limitFiles(server: ServerProcess, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(server.program.pid), `--fsize=${bytes}:unlimited`]);
}

const readyOf = async (server: ServerProcess): Promise<string> =>
  (await server.get("/health/ready")).body.status;

const isLimitable = process.platform === "linux" && canRun("prlimit", "--version");

test.skipIf(!isLimitable)("a log that cannot grow refuses, is read, and goes on when it can", async () => {
  const folder = await filled.copy();
  const server = await ServerProcess.start([...TINY, "--data", folder]);
  const sender = new Sender(server);
  expect((await sender.send(sender.nextBatch(10, 10))).status).toBe(200);
  limitFiles(server, (await largestIn(join(folder, "world", "state"))) + 200 * KIB);
  const refused = await sender.sendUntilRefused(10, 20 * KIB);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.body).toMatchObject({
    code: "not-ready",
    detail: expect.stringMatching(/^the disk of .*partition-[1-4] is full \(Error: EFBIG/),
  });
  await sender.check();
  limitFiles(server, "unlimited");
  expect((await sender.send(sender.nextBatch(10, 20 * KIB))).status).toBe(200);
  await sender.check();
  expect((await server.stop()).code).toBe(0);
});

test.skipIf(!isLimitable)(
  "a state that cannot grow refuses what it cannot show, and shows it when it can",
  async () => {
    const folder = await filled.copy();
    const server = await ServerProcess.start([...SMALL_SEGMENTS, "--data", folder]);
    const sender = new Sender(server);
    limitFiles(server, (await largestIn(join(folder, "world", "state"))) + 48 * KIB);
    const refused = await sender.sendUntilRefused(200, 1);
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toMatch(
      /^events cannot be applied: the state cannot be written .* its disk may be full/,
    );
    expect(await readyOf(server)).toMatch(/^events cannot be applied/);
    // It is stored all the same, so nothing more is let in, and what is there is read.
    const before = (await server.get("/health/ready")).body.lagRecords;
    expect(before).toBeGreaterThan(0);
    expect((await sender.send(sender.nextBatch(1, 1))).status).toBe(503);
    expect((await server.get("/health/ready")).body.lagRecords).toBe(before);
    await sender.check();
    limitFiles(server, "unlimited");
    await vi.waitUntil(async () => (await readyOf(server)) === "ok", PATIENCE);
    expect((await server.get("/health/ready")).body.lagRecords).toBe(0);
    expect((await sender.send(sender.nextBatch(200, 1))).status).toBe(200);
    await sender.check();
    expect((await server.stop()).code).toBe(0);
  },
);

test.skipIf(!isLimitable)(
  "a server whose state cannot grow stops in good order, and the next one has everything",
  async () => {
    const folder = await filled.copy();
    const args = [...SMALL_SEGMENTS, "--data", folder];
    const full = await ServerProcess.start(args);
    const first = new Sender(full);
    expect((await first.send(first.nextBatch(200, 1))).status).toBe(200);
    limitFiles(full, (await largestIn(join(folder, "world", "state"))) + 48 * KIB);
    await first.sendUntilRefused(200, 1);
    const { body } = await ask(`${full.ready.address}/v1/users/sender-0`, { method: "DELETE" });
    expect(body.status).toBe("pending"); // noted, and it may find no room
    expect((await full.stop()).code).toBe(0);
    const server = await ServerProcess.start(args);
    expect((await server.get(`/v1/erasures/${body.erasureId}`)).body.status).toBe("done");
    const events = await Promise.all(
      Array.from(
        { length: 200 },
        async (_, n) => (await server.get(`/v1/users/sender-${n}`)).body.eventCount,
      ),
    );
    // Each batch has one of each user; the one that was refused is in the log, whole.
    const each = first.acknowledged / 200 + 1;
    expect(events).toEqual([undefined, ...Array(199).fill(each)]);
  },
);

const isMountable = process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  const probe = `/tmp/inkling-mount-${process.pid}`;
  mkdirSync(probe);
  try {
    return canRun("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe) && canRun("umount", probe);
  } finally {
    rmSync(probe, { recursive: true });
  }
}

test.skipIf(!isMountable)(
  "a disk that runs full is named before it is, is read, erased from, and written again when there is room",
  async () => {
    const disk = await temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]);
    onTestFinished(() => void execFileSync("umount", ["-l", disk]));
    await cp(join(filled.path, "world"), join(disk, "world"), {
      recursive: true,
      filter: (file) => !file.endsWith(".socket"),
    });
    const args = [...TINY, "--data", disk];
    let server = await ServerProcess.start(args);
    let sender = new Sender(server);
    expect((await sender.send(sender.nextBatch(200, 10))).status).toBe(200);
    const ballast = join(disk, "ballast");
    const freeKib = Number(execFileSync("df", ["-k", "--output=avail", disk]).toString().split("\n")[1]);
    await writeFile(ballast, Buffer.alloc((freeKib - KIB) * KIB)); // a MiB is left, 5 % are more
    await vi.waitUntil(async () => (await readyOf(server)) !== "ok", PATIENCE);
    expect(await readyOf(server)).toMatch(
      new RegExp(`^the disk of ${disk}/world is full: [\\d.]+ MiB are free`),
    );
    const refused = await sender.send(sender.nextBatch(1, 10));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.body).toMatchObject({
      code: "not-ready",
      detail: expect.stringContaining(`the disk of ${disk}`),
    });
    await sender.check();
    // What is kept free is enough to forget somebody.
    const { body } = await ask(`${server.ready.address}/v1/users/u-0001`, { method: "DELETE" });
    const receiptOf = async (): Promise<string> =>
      (await server.get(`/v1/erasures/${body.erasureId}`)).body.status;
    await vi.waitUntil(async () => (await receiptOf()) !== "pending", PATIENCE);
    expect(await receiptOf()).toBe("done");
    await sender.check();

    // Full to the last byte, it starts, and is read.
    await server.kill();
    await writeFile(ballast, Buffer.alloc(32 * MIB), { flag: "a" }).catch(() => {});
    server = await ServerProcess.start(args);
    expect((await server.get("/v1/users/sender-1")).body.eventCount).toBe(1);
    sender = new Sender(server);
    expect((await sender.send(sender.nextBatch(1, 10))).status).toBe(503);
    expect((await ask(`${server.ready.address}/v1/users/u-0002`, { method: "DELETE" })).body).toMatchObject({
      status: 503,
      code: "not-ready",
      detail: expect.stringContaining(`the disk of ${disk}/world`),
    });
    await truncate(ballast, 0);
    await rm(ballast);
    await vi.waitUntil(async () => (await readyOf(server)) === "ok", PATIENCE);
    expect((await sender.send(sender.nextBatch(200, 10))).status).toBe(200);
    expect((await server.get("/v1/users/sender-1")).body.eventCount).toBe(1); // sent again under the same id
    expect((await server.stop()).code).toBe(0);
  },
);

/** Loaded before the program: each flush of its main thread takes this long, and none ends while there is a file of that name. */
const slowDisk = (held: string): string =>
  `data:text/javascript,${encodeURIComponent(`
  import { existsSync } from "node:fs";
  import { open } from "node:fs/promises";
  const file = await open(process.execPath);
  const files = Object.getPrototypeOf(file);
  const { datasync } = files;
  files.datasync = async function () {
    do await new Promise((resume) => setTimeout(resume, 300));
    while (existsSync(${JSON.stringify(held)}));
    return datasync.call(this);
  };
  await file.close();
`)}`;

test("a slow disk shows as refusals before memory grows, and everything answered is there", async () => {
  const folder = await filled.copy();
  const held = join(await temporaryFolder(), "held");
  const server = await ServerProcess.start([...TINY, "--data", folder], {
    nodeOptions: ["--import", slowDisk(held)],
  });
  await writeFile(held, ""); // until one is refused, however slowly they come
  const sender = new Sender(server);
  const batches = Array.from({ length: 150 }, () => sender.nextBatch(20, 18 * KIB)); // 54 MB where 32 fit
  const inFlight: number[] = [];
  let refusals = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver) {
      const text = (await server.get("/metrics")).body as string;
      inFlight.push(Number(/^inkling_ingest_in_flight_bytes (\S+)$/m.exec(text)?.[1]));
    }
  };
  const looking = look();
  await Promise.all(
    batches.map(async (batch) => {
      for (;;) {
        const { status, headers, body } = await sender.send(batch);
        if (status === 200) return;
        refusals++;
        await rm(held, { force: true });
        expect([status, headers.get("retry-after"), body.code]).toEqual([503, "1", "overloaded"]);
        await new Promise((resume) => setTimeout(resume, 500));
      }
    }),
  );
  isOver = true;
  await looking;
  expect(refusals).toBeGreaterThan(0);
  expect(Math.max(...inFlight)).toBeGreaterThan(MIB);
  expect(Math.max(...inFlight)).toBeLessThanOrEqual(32 * MIB);
  expect(sender.acknowledged).toBe(150 * 20);
  await sender.check();
});
