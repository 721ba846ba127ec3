import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "#base";

/** `src/main/datasets/import-source.ts` records how far an import is after every so many messages. */
export const ROWS_PER_IMPORT_BATCH = 10_000;

/** Writes a data set in GroupLens's format below `folder`: every user rates `perUser` different items once. */
export async function handMadeMl100k(
  folder: string,
  size: {
    readonly users: number;
    readonly items: number;
    readonly perUser: number;
    /** A line (from 1) to put a row at that cannot be read. */
    readonly badLine?: number;
  },
): Promise<{ readonly root: string; readonly userIds: readonly string[] }> {
  const root = join(folder, "datasets");
  const random = Random.of(1, "hand-made");
  const userIds = Array.from({ length: size.users }, (_, n) => String(n + 1));
  const rows = userIds.flatMap((userId) => {
    const items = random.shuffle(Array.from({ length: size.items }, (_, n) => n + 1)).slice(0, size.perUser);
    return items.map((item) =>
      [userId, item, 1 + random.integer(5), 880_000_000 + random.integer(10_000_000)].join("\t"),
    );
  });
  if (size.badLine !== undefined) rows.splice(size.badLine - 1, 0, "7\tnot an item\t5\t880000000");
  await mkdir(join(root, "ml-100k"), { recursive: true });
  await writeFile(join(root, "ml-100k", "u.data"), `${rows.join("\n")}\n`);
  return { root, userIds };
}
