import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "#base";
import { itemsWhere, number, oneOf } from "#declarations";
import { candidatesOf, catalogueOf, queryOf } from "../hand-made.cases.ts";
import { type Blend, Blender } from "./blender.ts";

const item = itemsWhere({ price: number(), format: oneOf("photo", "video") });

/** Positions in the order of the list. */
function blend(
  setting: Blend,
  { tags = [] as string[][], relevance = [] as number[], sources = [] as string[], n = 10, seed = "s" },
): number[] {
  return selected(setting, { tags, relevance, sources, n, seed }).map(({ position }) => position);
}

function selected(
  setting: Blend,
  { tags = [] as string[][], relevance = [] as number[], sources = [] as string[], n = 10, seed = "s" },
) {
  const catalogue = catalogueOf(
    relevance.map((_, row) => ({
      tags: tags[row] ?? [],
      attributes: { price: row, format: row % 2 ? "video" : "photo" },
    })),
  );
  const candidates = candidatesOf(relevance.map((_, row) => sources[row] ?? "a"));
  return new Blender(catalogue, setting).select(
    queryOf({ n, seed }),
    candidates,
    Float64Array.from(relevance),
  );
}

describe("without settings", () => {
  test("the best come first, and what is unknown last in the order of its source", () => {
    expect(blend({}, { relevance: [0.1, Number.NaN, 0.3, Number.NaN, 0.2] })).toEqual([2, 4, 0, 1, 3]);
  });

  test("without any score the order of the sources stays", () => {
    expect(blend({}, { relevance: [Number.NaN, Number.NaN, Number.NaN] })).toEqual([0, 1, 2]);
  });
});

describe("rules", () => {
  const relevance = [6, 5, 4, 3, 2, 1];

  test("a pin takes its place, keeps it for the list, and counts once", () => {
    const rules = [{ kind: "pin", when: item.atLeast("price", 4), place: 1 }] as const;
    expect(blend({ rules }, { relevance })).toEqual([0, 4, 1, 2, 3, 5]);
    const best = [{ kind: "pin", when: item.is("format", "photo"), place: 2 }] as const;
    expect(blend({ rules: best }, { relevance })).toEqual([1, 2, 0, 3, 4, 5]);
  });

  test("a boost multiplies, what is buried comes after everything", () => {
    const boost = [{ kind: "boost", when: item.is("format", "video"), by: 10 }] as const;
    expect(blend({ rules: boost }, { relevance })).toEqual([1, 3, 0, 2, 4, 5]); // 0.01 at the bottom stays 0.1 below 0.208
    const bury = [{ kind: "bury", when: item.not(item.atMost("price", 3)) }] as const;
    expect(blend({ rules: bury }, { relevance: [1, 2, 3, 4, 5, 6] })).toEqual([3, 2, 1, 0, 5, 4]);
  });

  test("no boost lifts what is buried", () => {
    const boost = { kind: "boost", when: item.hasTag("x"), by: 1000 } as const;
    const rules = [boost, { kind: "bury", when: item.hasTag("x") }, boost, boost] as const;
    const told = selected({ rules }, { relevance: [9, 1, 2], tags: [["x"], [], []] });
    expect(told.map(({ position, isBuried = false }) => [position, isBuried])).toEqual([
      [2, false],
      [1, false],
      [0, true],
    ]);
  });

  test("a pin beyond the others comes after them, before what is buried", () => {
    const rules = [
      { kind: "pin", when: item.hasTag("late"), place: 9 },
      { kind: "pin", when: item.hasTag("later"), place: 30 },
      { kind: "bury", when: item.hasTag("x") },
    ] as const;
    const tags = [["later"], ["late"], ["x"], [], []];
    const told = selected({ rules }, { relevance: [5, 4, 3, 2, 1], tags });
    expect(told.map(({ position, placement = "" }) => [position, placement])).toEqual([
      [3, ""],
      [4, ""],
      [1, "pinned"],
      [0, "pinned"],
      [2, ""],
    ]);
  });

  test("predicates join, and say nothing of an attribute that is not there", () => {
    const rules = [
      { kind: "bury", when: item.any(item.hasTag("x"), item.all(item.atMost("price", 9), item.hasTag("y"))) },
    ] as const;
    expect(blend({ rules }, { relevance: [3, 2, 1], tags: [["x"], ["z"], ["y"]] })).toEqual([1, 0, 2]);
  });
});

describe("quotas", () => {
  const sources = ["a", "a", "a", "a", "b", "b", "c"];
  const relevance = [7, 6, 5, 4, 3, 2, 1];

  test("at most so many of every so many places", () => {
    expect(blend({ quotas: { a: { within: 3, atMost: 1 } } }, { relevance, sources })).toEqual([
      0, 4, 5, 1, 6, 2, 3,
    ]); // nothing but "a" is left at the end, and the list is not cut short for it
  });

  test("lift nothing that is buried", () => {
    const rules = [{ kind: "bury", when: item.hasTag("x") }] as const;
    const tags = [[], [], [], ["x"]];
    const setting = { rules, quotas: { a: { within: 3, atMost: 1 } } };
    const given = { relevance: [4, 3, 2, 1], sources: ["a", "a", "a", "b"], tags };
    expect(blend(setting, given)).toEqual([0, 1, 2, 3]);
  });

  test("at least so many, as late as can be", () => {
    const quotas = { c: { within: 4, atLeast: 1 } };
    expect(blend({ quotas }, { relevance, sources, n: 5 })).toEqual([0, 1, 2, 6, 3]);
    const both = { b: { within: 4, atLeast: 1 }, c: { within: 4, atLeast: 1 } };
    expect(blend({ quotas: both }, { relevance, sources, n: 4 })).toEqual([0, 1, 4, 6]);
    expect(selected({ quotas }, { relevance, sources, n: 4 })[3]).toEqual({
      position: 6,
      placement: "quota",
    });
  });
});

describe("diversity", () => {
  test("maximal marginal relevance takes what is least alike, as worked out by hand", () => {
    // Scaled relevance: 1, .802, .505, .01. After 0: 1 is .5 x .802 - .5 x 1 = -.099, 2 is .5 x .505 - .5 x 1/3 = .086, 3 is .005.
    const tags = [["a", "b"], ["a", "b"], ["b", "c"], ["d"]];
    const diversity = { kind: "mmr", lambda: 0.5, likeness: "tags" } as const;
    expect(blend({ diversity }, { relevance: [1, 0.8, 0.5, 0], tags })).toEqual([0, 2, 3, 1]);
    expect(blend({ diversity: { ...diversity, lambda: 1 } }, { relevance: [1, 0.8, 0.5, 0], tags })).toEqual([
      0, 1, 2, 3,
    ]);
  });

  test("a window forgets what left it", () => {
    const tags = [["a"], ["a"], ["a"], ["b"], ["b"]];
    const relevance = [10, 9, 8, 1, 0.9];
    const diversity = { kind: "window", size: 1, penalty: 0.01, alike: 0.5, likeness: "tags" } as const;
    expect(blend({ diversity }, { relevance, tags })).toEqual([0, 3, 1, 4, 2]);
  });

  test("vectors are alike by their angle", () => {
    const catalogue = catalogueOf([{ vector: [1, 0] }, { vector: [5, 0.1] }, { vector: [0, 2] }, {}]);
    const diversity = { kind: "mmr", lambda: 0.4, likeness: "vectors" } as const;
    const order = new Blender(catalogue, { diversity })
      .select(queryOf(), candidatesOf(["a", "a", "a", "a"]), Float64Array.of(4, 3.9, 2, 1))
      .map(({ position }) => position);
    expect(order).toEqual([0, 2, 3, 1]);
  });
});

test("a longer list begins with the shorter one, whatever the settings", () => {
  const settings: Blend = {
    diversity: { kind: "mmr", lambda: 0.6, likeness: "tags" },
    quotas: { a: { within: 4, atMost: 2 }, c: { within: 5, atLeast: 1 } },
    rules: [
      { kind: "pin", when: item.hasTag("0"), place: 3 },
      { kind: "boost", when: item.hasTag("1"), by: 3 },
      { kind: "bury", when: item.hasTag("2") },
      { kind: "pin", when: item.hasTag("3"), place: 17 },
    ],
    exploration: { places: [1, 4, 7], share: 0.7, source: "c", pool: 3 },
  };
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 19 }), (seed, n) => {
      const random = new Random(seed);
      const sizes = Array.from({ length: 20 }, () => random.uniform());
      const made = {
        relevance: sizes,
        tags: sizes.map(() => [String(random.integer(4)), String(random.integer(4))]),
        sources: sizes.map(() => "abc"[random.integer(3)]!),
        seed: String(seed),
      };
      expect(selected(settings, { ...made, n })).toEqual(selected(settings, { ...made, n: 20 }).slice(0, n));
    }),
    { numRuns: 100 },
  );
});

describe("exploration", () => {
  const LISTS = 20_000;
  const sources = ["best", "best", "new", "new", "new", "best"];
  const relevance = [9, 8, 7, 6, 5, 4];
  const setting: Blend = { exploration: { places: [1, 2], share: 0.3, source: "new", pool: 2 } };
  /** What each list has at places 1 and 2, and with which probability. */
  const lists = Array.from({ length: LISTS }, (_, n) =>
    selected(setting, { relevance, sources, n: 3, seed: `list-${n}` }),
  );

  test("the logged probability is the frequency with which it happens, given what stands above", () => {
    const groups = new Map<string, { chosen: number; above: string; place: number; probability: number }>();
    const above = new Map<string, number>();
    for (const list of lists)
      for (const place of [1, 2]) {
        const before = list
          .slice(0, place)
          .map(({ position }) => position)
          .join();
        const { position, probability = 1, placement } = list[place]!;
        expect(placement).toBe("explored");
        above.set(before, (above.get(before) ?? 0) + 1);
        const key = `${before} -> ${position}`;
        const group = groups.get(key) ?? { chosen: 0, above: before, place, probability };
        expect(probability).toBe(group.probability);
        groups.set(key, { ...group, chosen: group.chosen + 1 });
      }
    expect(groups.size).toBeGreaterThan(6);
    const sums = new Map<string, number>();
    for (const { chosen, above: before, probability } of groups.values()) {
      const count = above.get(before)!;
      const deviation = Math.sqrt((probability * (1 - probability)) / count);
      expect(Math.abs(chosen / count - probability)).toBeLessThan(4 * deviation + 1e-9);
      sums.set(before, (sums.get(before) ?? 0) + probability);
    }
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 12);
  });

  test("inverse propensity on the log recovers what another policy would have earned", () => {
    const reward = (position: number): number => [0, 0.1, 0.9, 0.4, 0, 0][position]!;
    const random = Random.of(7, "clicks");
    // The other policy always shows candidate 3 at place 1: it earns 0.4 a list; the logging policy shows it with 0.15.
    let estimate = 0;
    for (const list of lists) {
      const { position, probability = 1 } = list[1]!;
      const clicked = random.chance(reward(position)) ? 1 : 0;
      if (position === 3) estimate += clicked / probability / LISTS;
    }
    const deviation = Math.sqrt((0.4 / 0.15 - 0.4 ** 2) / LISTS);
    expect(Math.abs(estimate - 0.4)).toBeLessThan(4 * deviation);
  });

  test("the same id makes the same list", () => {
    const one = selected(setting, { relevance, sources, seed: "one" });
    expect(selected(setting, { relevance, sources, seed: "one" })).toEqual(one);
  });

  test("without anything to explore the best stands, and nothing is logged", () => {
    const nothing = candidatesOf(["best", "best"]);
    const list = new Blender(catalogueOf([{}, {}]), setting).select(
      queryOf(),
      nothing,
      Float64Array.of(2, 1),
    );
    expect(list).toEqual([{ position: 0 }, { position: 1 }]);
  });
});

describe("looking in the order of relevance", () => {
  /** Every candidate looked at for every place, by the published formulas. */
  function looked(
    { kind, ...rule }: NonNullable<Blend["diversity"]>,
    tags: readonly string[][],
    relevance: readonly number[],
    n: number,
  ): number[] {
    const [least, most] = [Math.min(...relevance), Math.max(...relevance)];
    const worth = relevance.map(
      (value) => 0.01 + 0.99 * (most === least ? 1 : (value - least) / (most - least)),
    );
    const alike = (one: number, other: number): number => {
      const shared = tags[one]!.filter((tag) => tags[other]!.includes(tag)).length;
      return shared === 0 ? 0 : shared / (tags[one]!.length + tags[other]!.length - shared);
    };
    const chosen: number[] = [];
    const worthOf = (position: number): number => {
      if (kind === "mmr" && "lambda" in rule)
        return (
          rule.lambda * worth[position]! -
          (1 - rule.lambda) * Math.max(0, ...chosen.map((other) => alike(other, position)))
        );
      const last = rule as { size: number; penalty: number; alike: number };
      const near = chosen.slice(-last.size).filter((other) => alike(other, position) >= last.alike);
      return worth[position]! * last.penalty ** near.length;
    };
    while (chosen.length < n) {
      const left = [...relevance.keys()].filter((position) => !chosen.includes(position));
      chosen.push(left.reduce((best, position) => (worthOf(position) > worthOf(best) ? position : best)));
    }
    return chosen;
  }

  test("makes the list that looking at every candidate for every place makes", () => {
    const rules = [
      { kind: "mmr", lambda: 0.6, likeness: "tags" },
      { kind: "window", size: 3, penalty: 0.5, alike: 0.3, likeness: "tags" },
    ] as const;
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...rules), (seed, diversity) => {
        const random = Random.of(seed, "law");
        const relevance = Array.from({ length: 30 }, () => random.integer(12)); // with ties
        const tags = relevance.map(() => ["a", "b", "c", "d"].filter(() => random.chance(0.4)));
        expect(blend({ diversity }, { tags, relevance, n: 12 })).toEqual(
          looked(diversity, tags, relevance, 12),
        );
      }),
      { numRuns: 60 },
    );
  });
});
