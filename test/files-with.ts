import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Names of the files below a folder that hold one of the texts: any byte of any file, within longer words too. */
export async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)); // gone meanwhile
    if (texts.some((text) => bytes.includes(text))) found.push(entry.name);
  }
  return found;
}
