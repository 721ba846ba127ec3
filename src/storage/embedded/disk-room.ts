import { statfs } from "node:fs/promises";

/**
 * @file A disk that runs full stops everything at once: the log, the state, the lake, and the erasure that would make room. So a
 * part of it is kept for what was accepted already, and new events are refused before that part is touched (as RabbitMQ does with
 * `disk_free_limit`). What other limits there are (quotas, file sizes) is met where it is written.
 */
export interface DiskRoomOptions {
  /** Bytes of the folder's disk; default: asks the system. */
  readonly measure?: (folder: string) => Promise<DiskSize>;
  /** Default 1000. */
  readonly everyMs?: number;
}

export interface DiskSize {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Kept free: a batch in flight for everybody, and what state and lake grow by until they are level. */
const KEPT_BYTES = 256 * 1024 * 1024;
/** Of a small disk this share. */
const KEPT_SHARE = 0.05;
const MIB = 1024 * 1024;

/** Looks again and again how much room a folder's disk has. */
export class DiskRoom {
  readonly #folder: string;
  readonly #measure: (folder: string) => Promise<DiskSize>;
  readonly #timer: NodeJS.Timeout;
  #fault: string | undefined;

  private constructor(folder: string, { measure = measureDisk, everyMs = 1000 }: DiskRoomOptions) {
    this.#folder = folder;
    this.#measure = measure;
    this.#timer = setInterval(() => void this.#look(), everyMs).unref();
  }

  static async watch(folder: string, options: DiskRoomOptions = {}): Promise<DiskRoom> {
    const room = new DiskRoom(folder, options);
    await room.#look();
    return room;
  }

  /** Why nothing new should be written, in one sentence; `undefined` while there is room. */
  fault(): string | undefined {
    return this.#fault;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // A system that cannot tell says nothing about room; a write that fails will.
    const size = await this.#measure(this.#folder).catch(() => undefined);
    this.#fault = size && faultOf(this.#folder, size);
  }
}

function faultOf(folder: string, { freeBytes, totalBytes }: DiskSize): string | undefined {
  const keptBytes = Math.min(KEPT_BYTES, totalBytes * KEPT_SHARE);
  if (freeBytes >= keptBytes) return undefined;
  const [free, kept] = [freeBytes, keptBytes].map((bytes) => `${(bytes / MIB).toFixed(1)} MiB`);
  return `the disk of ${folder} is full: ${free} are free, and ${kept} are kept for what was accepted already; make room on it`;
}

async function measureDisk(folder: string): Promise<DiskSize> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
