import { expect, test } from "vitest";
import { actsOf, loadHandMade } from "./hand-made.cases.ts";
import { s3Beauty } from "./s3-beauty.ts";

test("a line is a person's reviews in order, and attributes are tags", async () => {
  const contents = await loadHandMade(s3Beauty, {
    "Beauty.txt.gz": "1 5 3\n2 3\n3\n",
    "Beauty_item2attributes.json": '{"5": [12, 7], "3": "none"}',
  });
  expect(actsOf(contents)).toEqual(["1 review 5", "1 review 3", "2 review 3"]);
  expect(contents.items).toEqual([{ itemId: "5", tags: ["attribute-12", "attribute-7"] }, { itemId: "3" }]);
  expect(contents.rejected.samples).toEqual([
    { file: "Beauty.txt.gz", line: 3, reason: "expected at least 2 columns, found 1" },
    {
      file: "Beauty_item2attributes.json",
      line: 1,
      reason: 'item "3": expected an array of attribute numbers',
    },
  ]);
});

test("attributes that are not JSON are counted and the reviews still load", async () => {
  const contents = await loadHandMade(s3Beauty, {
    "Beauty.txt": "1 5 3\n",
    "Beauty_item2attributes.json": "{",
  });
  expect(contents.engagements.items.length).toBe(2);
  expect(contents.rejected.count).toBe(1);
});
