import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Lines of a text file, plain or .gz, that are not blank, in runs as they come from the disk. */
export async function* linesOf(path: string): AsyncGenerator<string[]> {
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const source: Readable = path.toLowerCase().endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  bytes.on("error", (error) => source.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield lines.filter((line) => line.trim() !== "");
    }
    rest += decoder.decode();
    if (rest.trim() !== "") yield [rest];
  } finally {
    bytes.destroy();
  }
}
