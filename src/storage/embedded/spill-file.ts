import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LENGTH_BYTES = 4;
/** A file goes with whoever wrote it. */
const abandoned = new FinalizationRegistry<number>((file) => closeSync(file));

/**
 * @file Values that are seldom read and too many for memory, in a file without a name: it is gone with the process, however that ends. For what
 * can be had again from the log only. Written and read at once, as memory is: what was written lately is in the file cache.
 *
 *     (length:u32 little-endian  bytes) x values
 */
export class SpillFile {
  readonly #file: number;
  #end = 0;

  constructor(folder: string = tmpdir()) {
    const own = mkdtempSync(join(folder, "inkling-spill-"));
    this.#file = openSync(join(own, "values"), "wx+", 0o600);
    rmSync(own, { recursive: true });
    abandoned.register(this, this.#file);
  }

  /** Where the value is from now on. Throws when there is no room for it; then nothing is there. */
  append(bytes: Uint8Array): number {
    const value = Buffer.alloc(LENGTH_BYTES + bytes.length);
    value.writeUInt32LE(bytes.length);
    value.set(bytes, LENGTH_BYTES);
    const at = this.#end;
    for (let done = 0; done < value.length; )
      done += writeSync(this.#file, value, done, value.length - done, at + done);
    this.#end += value.length;
    return at;
  }

  read(at: number): Uint8Array {
    return this.#bytes(at + LENGTH_BYTES, this.#bytes(at, LENGTH_BYTES).readUInt32LE());
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#file, bytes, done, length - done, at + done);
      if (read === 0) throw new Error(`a spilled value of ${length} bytes at ${at} is there whole`);
      done += read;
    }
    return bytes;
  }
}
