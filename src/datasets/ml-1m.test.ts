import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { actsOf, handMadeFolder, loadHandMade } from "./hand-made.cases.ts";
import { ml1m } from "./ml-1m.ts";

const NAMES = {
  "movies.dat": Buffer.from("10::Amélie (2001)::Comedy|Romance\n20::Seven (1995)::Crime\n", "latin1"),
  "users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
};
const ORIGINAL = "1::10::5::978300760\n1::20::3::978300700\n2::30::4::978300800\n2::10::9::978300900\n";
const SEQUENCE = [
  "sas_user\torig_user\tpos\tsas_item\tmovie_id\tliked_ge4",
  "1\t2\t0\t1\t10\t1",
  "1\t2\t1\t2\t20\t0",
  "2\t1\t0\t2\t20\t1",
  "2\t1\t1\t1\t10\t0",
].join("\n");
const NCF_MAP = "ncf_item\tsas_item\tmovie_id\tmargin\n0\t1\t10\t3.1\n7\t2\t20\t-0.5\n";

test("the original gives ratings as values, real times, titles and people", async () => {
  const contents = await loadHandMade(ml1m, { ...NAMES, "ratings.dat.gz": ORIGINAL });
  expect(contents.clock).toBe("utc");
  expect(actsOf(contents)).toEqual(["1 watch 20", "1 like 10", "2 like 30"]);
  expect([...contents.engagements.values!]).toEqual([3, 5, 4]);
  expect(contents.items[0]).toEqual({
    itemId: "10",
    title: "Amélie",
    tags: ["Comedy", "Romance"],
    attributes: { year: 2001 },
  });
  expect(contents.items[2]).toEqual({ itemId: "30" });
  expect(contents.users).toEqual([
    { userId: "1", traits: { ageBand: "under 18", gender: "female", occupation: "K-12 student" } },
    { userId: "2", traits: { ageBand: "56+", gender: "male", occupation: "self-employed" } },
  ]);
  expect(contents.rejected).toEqual({
    count: 1,
    samples: [{ file: "ratings.dat.gz", line: 4, reason: "rating 9 is outside 1..5" }],
  });
});

test("the ordered form keeps SASRec's order under the original ids", async () => {
  const contents = await loadHandMade(ml1m, { "interactions.tsv": SEQUENCE });
  expect(contents.clock).toBe("order");
  expect(actsOf(contents)).toEqual(["2 like 10", "2 watch 20", "1 like 20", "1 watch 10"]);
  expect(contents.engagements.values).toBeUndefined();
});

test("NCF's split is mapped, its cold negatives get rows, and what cannot be matched is counted", async () => {
  const contents = await loadHandMade(ml1m, {
    "interactions.tsv": SEQUENCE,
    "ncf_item_map.tsv": NCF_MAP,
    "ncf/ml-1m.test.rating": "0\t0\t3\t978824351\n1\t99\t3\t978300174\n",
    "ncf/ml-1m.test.negative": "(0,0)\t7\t55\t66\n(1,99)\t55\t0\t7\n",
  });
  const ncf = contents.given["ncf"]!;
  expect(ncf.leftOut).toBe(1);
  expect(ncf.train.itemCount).toBe(4);
  const userOne = contents.users.findIndex(({ userId }) => userId === "1");
  expect(ncf.cases).toEqual([
    { user: userOne, positives: Uint32Array.of(0), negatives: Uint32Array.of(1, 2, 3) },
  ]);
  expect([...historyOf(ncf.train, userOne).itemRows]).toEqual([1]);
  expect([...historyOf(ncf.train, 1 - userOne).itemRows]).toEqual([0, 1]);
  expect(contents.items.length).toBe(2);
});

test("with the original, NCF's items are numbered by first appearance", async () => {
  const contents = await loadHandMade(ml1m, {
    "ratings.dat": ORIGINAL,
    "ml-1m.test.rating": "0\t0\t5\t978300760\n",
    "ml-1m.test.negative": "(0,0)\t2\n",
  });
  const [question] = contents.given["ncf"]!.cases;
  expect(question).toEqual({ user: 0, positives: Uint32Array.of(0), negatives: Uint32Array.of(2) });
});

test("NCF's own files alone are enough, and the map names their movies", async () => {
  const files = {
    "Data/ml-1m.train.rating": "0\t7\t4\t978300100\n",
    "Data/ml-1m.test.rating": "0\t0\t2\t978300200\n",
  };
  const nameless = await loadHandMade(ml1m, files);
  expect(actsOf(nameless)).toEqual(["1 like ncf-7", "1 watch ncf-0"]);
  const named = await loadHandMade(ml1m, { ...files, ...NAMES, "ncf_item_map.tsv": NCF_MAP });
  expect(named.items.map(({ itemId, title }) => [itemId, title])).toEqual([
    ["20", "Seven"],
    ["10", "Amélie"],
  ]);
  expect(named.given["ncf"]!.cases).toEqual([{ user: 0, positives: Uint32Array.of(1) }]);
});

test("LCFN's split keeps its own rows and its validation part", async () => {
  const contents = await loadHandMade(ml1m, {
    "interactions.tsv": SEQUENCE,
    "lcfn_split/train.txt": "0 4 2\n1 0\n",
    "lcfn_split/test.txt": "0 1 1\n1\n",
    "lcfn_split/validation_data.json": "[[3], []]",
  });
  const split = contents.given["split-full"]!;
  expect([split.train.userCount, split.train.itemCount]).toEqual([2, 5]);
  expect(split.cases).toEqual([{ user: 0, positives: Uint32Array.of(1) }]);
  expect(split.validation).toEqual([{ user: 0, positives: Uint32Array.of(3) }]);
});

test("a damaged split is counted and what can be read of it is kept", async () => {
  const contents = await loadHandMade(ml1m, {
    "interactions.tsv": SEQUENCE,
    "lcfn_split/train.txt": "0 4 2\n1 99999999999\n",
    "lcfn_split/test.txt": "0 1\n",
    "lcfn_split/validation_data.json": "[[3], ",
  });
  expect(contents.given["split-full"]!.train.itemRows.length).toBe(2);
  expect(contents.rejected.samples.map(({ file, reason }) => [file, reason])).toEqual([
    ["lcfn_split/train.txt", "unknown item 99999999999"],
    ["lcfn_split/validation_data.json", expect.stringContaining("not JSON")],
  ]);
});

test("an empty folder is a missing file with the way out", async () => {
  const folder = handMadeFolder({});
  await expect(ml1m.load(folder, () => {})).rejects.toMatchObject({
    code: "missing-file",
    message: expect.stringMatching(/ratings\.dat.*interactions\.tsv.*grouplens/),
  });
});
