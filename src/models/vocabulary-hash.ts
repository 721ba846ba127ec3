import { createHash } from "node:crypto";
import { nextTurn } from "#base";

/** Ids between two looks after other work. */
const IDS_A_TURN = 4096;

/**
 * Stands for which item each row of a model is: SHA-256, hexadecimal, of the ids in the order of the rows, each followed by a line
 * feed; what `sha256sum` says of a text file with an id a line.
 */
export function vocabularyHash(itemIds: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const itemId of itemIds) hash.update(itemId).update("\n");
  return hash.digest("hex");
}

/** The same of a table that may be long, while others have their turns. `idAt`: the id of a row. */
export async function vocabularyHashInTurns(rows: number, idAt: (row: number) => string): Promise<string> {
  const hash = createHash("sha256");
  for (let from = 0; from < rows; from += IDS_A_TURN) {
    const count = Math.min(IDS_A_TURN, rows - from);
    hash.update(Array.from({ length: count }, (_, at) => `${idAt(from + at)}\n`).join(""));
    await nextTurn();
  }
  return hash.digest("hex");
}
