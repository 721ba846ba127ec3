import { expect, test } from "vitest";
import { Random } from "#base";
import { SpillFile } from "./spill-file.ts";

test("what was written is read back, in any order, an empty value too", () => {
  const random = Random.of(1, "spill");
  const file = new SpillFile();
  const values = [0, 1, 5, 70_000, 3].map((length) => Uint8Array.from({ length }, () => random.integer(256)));
  const places = values.map((value) => file.append(value));
  for (const n of [3, 0, 4, 1, 2])
    expect(Buffer.from(file.read(places[n]!))).toEqual(Buffer.from(values[n]!));
});
