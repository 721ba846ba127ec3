import { expect, test } from "vitest";
import { formatTable } from "./table.ts";

test("columns are as wide as their widest cell and lines end without blanks", () => {
  expect(
    formatTable(
      ["a", "bb"],
      [
        ["long", "x"],
        ["", "y"],
      ],
    ),
  ).toBe("a     bb\n----  --\nlong  x\n      y");
});
