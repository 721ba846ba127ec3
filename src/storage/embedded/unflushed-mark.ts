import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/**
 * @file Says of files that are written without waiting for the disk that they are, and under which run of the machine. The death of
 * the process takes nothing from them, for what was written is the kernel's; that of the machine may leave any part of them
 * unwritten. So a mark from another run of the machine means that the files are not to be believed. Nor are they beside a mark that is a copy, which
 * it tells by naming the file it is: who copies a folder while it is written to gets pages of many moments.
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

  /** True when the machine went down while files were not on disk, or these are copies of files that were being written. */
  get isDoubtful(): boolean {
    if (!this.isSet) return false;
    const file = openSync(this.#path, "r");
    try {
      const [run, own = nameOf(file)] = readFileSync(file, "latin1").split(" "); // earlier versions named the run alone
      return run !== runOfMachine() || own !== nameOf(file);
    } finally {
      closeSync(file);
    }
  }

  /** On disk when it returns: it must be there before anything it warns of. */
  set(): void {
    const file = openSync(this.#path, "w");
    try {
      writeSync(file, `${runOfMachine() ?? ""} ${nameOf(file)}`);
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

/** Which file it is: a copy is another. */
function nameOf(file: number): string {
  const { dev, ino } = fstatSync(file);
  return `${dev}:${ino}`;
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
