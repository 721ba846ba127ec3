import type { Rejections } from "./rejections.ts";
import type { SourceFile } from "./source-folder.ts";

/** What a JSON file holds; undefined, and counted in `rejections`, when it is not JSON. */
export function parseJson(file: SourceFile, rejections: Rejections): unknown {
  try {
    return JSON.parse(Buffer.from(file.bytes).toString("utf8"));
  } catch (error) {
    rejections.add(file.name, 1, `not JSON: ${String(error)}`);
    return undefined;
  }
}
