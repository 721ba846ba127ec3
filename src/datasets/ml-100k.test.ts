import { expect, test } from "vitest";
import { actsOf, loadHandMade } from "./hand-made.cases.ts";
import { ml100k } from "./ml-100k.ts";

const genres = (...set: number[]) =>
  Array.from({ length: 19 }, (_, genre) => (set.includes(genre) ? 1 : 0)).join("|");

test("GroupLens's files and RecBole's say the same", async () => {
  const original = await loadHandMade(ml100k, {
    "u.data": "196\t242\t3\t881250949\n196\t1\t4\t881250900\n",
    "u.item": `242|Kolya (1996)|24-Jan-1997||http://x|${genres(5)}\n1|Toy Story (1995)|01-Jan-1995||http://y|${genres(3, 4, 5)}\n`,
    "u.user": "196|49|M|writer|55105\n",
  });
  const recbole = await loadHandMade(ml100k, {
    "ml-100k.inter.gz":
      "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n196\t1\t4.0\t881250900\n",
    "ml-100k.item":
      "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n242\tKolya\t1996\tComedy\n1\tToy Story\t1995\tAnimation Children's Comedy\n",
    "ml-100k.user":
      "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n196\t49\tM\twriter\t55105\n",
  });
  expect(recbole).toEqual(original);
  expect(actsOf(original)).toEqual(["196 like 1", "196 watch 242"]);
  expect(original.items[1]).toEqual({
    itemId: "1",
    title: "Toy Story",
    tags: ["Animation", "Children's", "Comedy"],
    attributes: { year: 1995 },
  });
  expect(original.users[0]!.traits).toEqual({ ageBand: "45-49", gender: "male", occupation: "writer" });
});

test("a short line of a facts file is counted and the ratings still load", async () => {
  const contents = await loadHandMade(ml100k, { "u.data": "1\t2\t3\t4\n", "u.user": "1|24\nx|1|F|a|b\n" });
  expect(contents.engagements.items.length).toBe(1);
  expect(contents.rejected.samples.map(({ reason }) => reason)).toEqual([
    "expected 4 columns, found 2",
    'not a number: "x"',
  ]);
});
