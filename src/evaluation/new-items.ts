import { PlatformError, Random } from "#base";
import { historyOf, type Interactions, type ItemContent, keepWhere } from "#sequences";
import type { EvaluationCase, EvaluationData, Protocol, TaskOptions } from "./task.ts";
import { requireCases } from "./task-checks.ts";

/** Of the items, those that come after the fit. */
const LATER_SHARE = 0.2;

/**
 * Items that come after the fit: a fifth of them is unknown to the model, id, engagements and description, until it is asked. Then it is told what
 * they are described by, and for everybody who engaged with some of them, ranks these among all that came (the item cold start of
 * CLCRec, Wei et al. 2021). Chance finds 10 of so many.
 */
export const newItems: Protocol = {
  name: "new-items",
  title: "Items that came after the fit, by what they are described by, ranked among each other",

  task(data, options) {
    const { all, kept } = laterLast(data, options);
    const later = Uint32Array.from({ length: all.itemCount - kept }, (_, n) => kept + n);
    const train = keepBelow(all, kept);
    const cases: EvaluationCase[] = [];
    for (let user = 0; user < all.userCount; user++) {
      const wanted = new Set(historyOf(all, user).itemRows.filter((item) => item >= kept));
      const isKnown = train.offsets[user + 1]! > train.offsets[user]!;
      if (wanted.size > 0 && isKnown)
        cases.push({
          user,
          positives: Uint32Array.from(wanted),
          negatives: later.filter((item) => !wanted.has(item)),
        });
    }
    return requireCases({
      ...{ dataset: data.dataset, protocol: newItems.name, part: options.part, seed: options.seed },
      ...{ train, histories: train, cases, later: all.items!.slice(kept) },
      split: "seeded",
      ranking: "sampled",
      hideSeen: false,
      metrics: ["recallAt10", "ndcgAt10", "hrAt10", "mrr"],
      notes: [
        `Of all items ${later.length} come after the fit; by chance Recall@10 is ${(10 / later.length).toFixed(4)}.`,
      ],
    });
  },
};

/** The items renumbered, those that come later last; in validation those of the test are left out, engagements and all. */
function laterLast(
  { dataset, interactions }: EvaluationData,
  { seed, part }: TaskOptions,
): { all: Interactions & { items?: readonly ItemContent[] }; kept: number } {
  const { items, itemCount } = interactions;
  if (!items?.some(({ tags = [], title, text, vector }) => tags.length > 0 || title || text || vector))
    throw new PlatformError(
      "unknown-protocol",
      `"${dataset}" as it is here describes no items, which the protocol "${newItems.name}" needs.`,
    );
  const places = Float64Array.from({ length: itemCount }, (_, item) =>
    Random.of(seed, `new item ${item}`).uniform(),
  );
  const from = part === "test" ? 0 : LATER_SHARE;
  const rows = [...places.keys()].filter((item) => places[item]! >= from);
  const early = rows.filter((item) => places[item]! >= from + LATER_SHARE);
  const order = [...early, ...rows.filter((item) => places[item]! < from + LATER_SHARE)];
  const renumbered = new Int32Array(itemCount).fill(-1);
  for (const [row, item] of order.entries()) renumbered[item] = row;
  const known = keepItems(interactions, (item) => renumbered[item]! >= 0);
  const all = {
    ...known,
    itemCount: order.length,
    itemRows: known.itemRows.map((item) => renumbered[item]!),
    items: order.map((item) => items[item]!),
  };
  return { all, kept: early.length };
}

/** What everybody did with the first `kept` items, as all there are. */
function keepBelow(table: Interactions, kept: number): Interactions {
  return { ...keepItems(table, (item) => item < kept), itemCount: kept, items: table.items!.slice(0, kept) };
}

function keepItems(table: Interactions, isKept: (item: number) => boolean): Interactions {
  return keepWhere(table, (position) => isKept(table.itemRows[position]!));
}
