import { createReadStream, existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";

/** @file Part of a real data set, where all of it would be imported and learned from for minutes. */

const RATINGS = "interactions.tsv.gz";

/**
 * Writes all that the first people of MovieLens-1M did, as a data set of the same name in `folder`. Theirs are the first lines: the file has its
 * people one after the other.
 */
export async function sampleOfMl1m(datasets: string, people: number, folder: string): Promise<void> {
  const [from, to] = [datasets, folder].map((root) => join(root, "ml-1m")) as [string, string];
  const lines: string[] = [];
  const file = createReadStream(join(from, RATINGS)).pipe(createGunzip());
  for await (const line of createInterface({ input: file })) {
    if (Number.parseInt(line, 10) > people) break;
    lines.push(line);
  }
  await mkdir(to, { recursive: true });
  await writeFile(join(to, "interactions.tsv"), `${lines.join("\n")}\n`);
  for (const facts of ["movies.dat", "users.dat"])
    if (existsSync(join(from, facts))) await copyFile(join(from, facts), join(to, facts));
}
