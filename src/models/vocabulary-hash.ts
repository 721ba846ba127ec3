import { createHash } from "node:crypto";

/**
 * Stands for which item each row of a model is: SHA-256, hexadecimal, of the ids in the order of the rows, each followed by a line
 * feed; what `sha256sum` says of a text file with an id a line.
 */
export function vocabularyHash(itemIds: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const itemId of itemIds) hash.update(itemId).update("\n");
  return hash.digest("hex");
}
