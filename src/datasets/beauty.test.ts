import { expect, test } from "vitest";
import { beauty } from "./beauty.ts";
import { actsOf, loadHandMade } from "./hand-made.cases.ts";

test("lines are reviews in each person's order", async () => {
  const contents = await loadHandMade(beauty, { "beauty.txt": "1 9\n1 4\n2 9\n" });
  expect(actsOf(contents)).toEqual(["1 review 9", "1 review 4", "2 review 9"]);
  expect(contents.clock).toBe("order");
});
