import { expect, test } from "vitest";
import { historyOf } from "#sequences";
import { actsOf, loadHandMade } from "./hand-made.cases.ts";
import { pinterest20 } from "./pinterest-20.ts";

const DERIVED = {
  "ncf_prefix_train.tsv.gz": "user\titem\tmultiplicity\n0\t0\t1\n0\t2\t2\n0\t3\t1\n1\t2\t1\n",
  "ncf_prefix_test.tsv": "user\titem\ttest_item_also_in_train\n0\t1\t0\n1\t3\t1\n",
};

test("the prefix files and NCF's own files say the same", async () => {
  const derived = await loadHandMade(pinterest20, DERIVED);
  const original = await loadHandMade(pinterest20, {
    "pinterest-20.train.rating": "0\t0\t1\t0\n0\t2\t1\t0\n0\t2\t1\t0\n0\t3\t1\t0\n1\t2\t1\t0\n",
    "pinterest-20.test.rating": "0\t1\t1\t0\n1\t3\t1\t0\n",
  });
  expect(original).toEqual(derived);
});

test("the held-out pin is everyone's latest, and the split asks for it", async () => {
  const contents = await loadHandMade(pinterest20, DERIVED);
  const acts = actsOf(contents);
  expect(acts.slice(0, 3).sort()).toEqual(["user-0 save 0", "user-0 save 2", "user-0 save 3"]);
  expect(acts.slice(3)).toEqual(["user-0 save 1", "user-1 save 2", "user-1 save 3"]);
  const ncf = contents.given["ncf"]!;
  const asked = ncf.cases.map(({ user, positives }) => [user, contents.items[positives[0]!]!.itemId]);
  expect(asked).toEqual([
    [0, "1"],
    [1, "3"],
  ]);
  expect(ncf.train.itemRows.length).toBe(4);
  expect(ncf.cases[0]!.negatives).toBeUndefined();
});

test("the order of pins without an order does not follow their ids", async () => {
  const pins = Array.from({ length: 40 }, (_, pin) => pin);
  const contents = await loadHandMade(pinterest20, {
    "pinterest-20.train.rating": pins.map((pin) => `0\t${pin}\t1\t0`).join("\n"),
    "pinterest-20.test.rating": "0\t99\t1\t0\n",
  });
  const order = [...contents.engagements.items];
  expect(order.slice(0, 40)).not.toEqual(pins);
  expect(order.slice(0, 40).sort((left, right) => left - right)).toEqual(pins);
  expect(order[40]).toBe(40);
});

test("HMGCN's split drops repeats and keeps positives that are also in train", async () => {
  const contents = await loadHandMade(pinterest20, {
    ...DERIVED,
    "hmgcn_train.txt": "0 0 2 2\n1 2\n",
    "hmgcn_test.txt": "0 1 3 2 3\n1 3\n7 1\n",
  });
  const split = contents.given["split-full"]!;
  const idsOf = (rows: Uint32Array) => Array.from(rows, (row) => contents.items[row]!.itemId);
  expect(idsOf(historyOf(split.train, 0).itemRows)).toEqual(["0", "2"]);
  expect(idsOf(split.cases[0]!.positives)).toEqual(["1", "3", "2"]);
  expect(contents.rejected.samples).toEqual([{ file: "hmgcn_test.txt", line: 3, reason: "unknown user 7" }]);
});
