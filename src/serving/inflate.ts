import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { PlatformError } from "#base";

/** zlib works in as many threads; more at a time would only hold more memory. */
const AT_A_TIME = 4;

const unpack = promisify(gunzip);

/**
 * Unpacks gzip bodies, a few at a time: a kilobyte can stand for a megabyte, and what waits here is still packed. Output
 * stops at the limit, so a bomb costs that much and no more.
 */
export class Inflater {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws PlatformError `body-too-large`, `invalid-request` when the bytes are not gzip, whole */
  async inflate(packed: Uint8Array, limitBytes: number): Promise<Buffer> {
    await this.#turn();
    try {
      return await unpack(packed, { maxOutputLength: limitBytes });
    } catch (error) {
      throw isOverLimit(error)
        ? new PlatformError(
            "body-too-large",
            `unpacked, the body takes more than ${limitBytes} bytes; send less at a time`,
          )
        : new PlatformError(
            "invalid-request",
            `content-encoding says gzip, but the body cannot be unpacked: ${String(error)}`,
          );
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_A_TIME) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }
}

function isOverLimit(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
