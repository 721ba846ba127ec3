import { expect, test } from "vitest";
import { vocabularyHash, vocabularyHashInTurns } from "./vocabulary-hash.ts";

test("in turns it is what it is at once", async () => {
  for (const rows of [0, 1, 4096, 10_000]) {
    const ids = Array.from({ length: rows }, (_, row) => `item-${row} é`);
    expect(await vocabularyHashInTurns(rows, (row) => ids[row]!)).toBe(vocabularyHash(ids));
  }
});
