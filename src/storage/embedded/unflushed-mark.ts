import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/**
 * @file Says of files that are written without waiting for the disk that they are, and under which run of the machine. The death of
 * the process takes nothing from them, for what was written is the kernel's; that of the machine may leave any part of them
 * unwritten. So a mark from another run of the machine means that the files are not to be believed.
 */
const FILE = "unflushed";

export class UnflushedMark {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /** True while files may hold what the disk does not. */
  get isSet(): boolean {
    return existsSync(this.#path);
  }

  /** True when the machine went down while files were not on disk. */
  get isFromEarlierRun(): boolean {
    return this.isSet && readFileSync(this.#path, "latin1") !== runOfMachine();
  }

  /** On disk when it returns: it must be there before anything it warns of. */
  set(): void {
    const file = openSync(this.#path, "w");
    try {
      writeSync(file, runOfMachine() ?? "");
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }

  /** Gets a file on disk that a process which died had not, and takes the mark away. */
  settle(path: string): void {
    const file = openSync(path, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.clear();
  }
}

let known: string | undefined;

/** Names the time since the machine was started; `undefined` where nothing does (other systems than Linux). */
export function runOfMachine(): string | undefined {
  try {
    known ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return undefined;
  }
  return known;
}
