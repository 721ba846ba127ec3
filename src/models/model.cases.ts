import { describe, expect, test } from "vitest";
import { DAY_MS, PlatformError, type Progress, Random } from "#base";
import { dot, topN } from "#numeric";
import { type History, historyOf, type Interaction, type Interactions, packInteractions } from "#sequences";
import type { FittedModel, Model, ModelConfig } from "./model.ts";

export interface ModelExpectations {
  /** Settings that fit these tiny data sets; defaults elsewhere. */
  readonly config?: ModelConfig;
  /** Scores depend on the history. */
  readonly isPersonal: boolean;
  /** Scores depend on the order of the history, and on how often something is in it; not on its weights. */
  readonly isSequential?: boolean;
  readonly needsTimes: boolean;
  /** Puts people and items into one space. */
  readonly hasVectors?: boolean;
  /** Floor and ceiling of nDCG@10 on the planted topics: too good fails as well, for leakage looks like success. */
  readonly ndcgAt10: readonly [floor: number, ceiling: number];
}

/** The conformance suite of {@link Model}: a new model is one more call. */
export function describeModel(model: Model, expectations: ModelExpectations): void {
  const config = { ...model.defaults, ...expectations.config };
  const learn = (data: Interactions, seed = 1): Promise<FittedModel> =>
    model.fit(data, config, { random: new Random(seed), progress: () => {} });

  describe(model.name, () => {
    if (expectations.isPersonal) describePersonal(learn);
    else describeImpersonal(learn);
    if (expectations.isSequential) describeSequential(learn);
    else if (expectations.isPersonal) describeOrderless(learn);
    describeAnswers(learn);
    describeBytes(model, learn);
    if (expectations.hasVectors) describeVectors(model, learn);
    else
      test("has no vectors to give away", async () =>
        expect((await learn(checkerboard())).encoder).toBeUndefined());

    test("nDCG@10 on planted topics lies between floor and ceiling", async () => {
      const { train, heldOut } = plantedTopics();
      const [floor, ceiling] = expectations.ndcgAt10;
      const found = await ndcgAt10(await learn(train), train, heldOut);
      expect(found).toBeGreaterThanOrEqual(floor);
      expect(found).toBeLessThanOrEqual(ceiling);
    });

    test("progress goes up to its total in every stage", async () => {
      const seen: Progress[] = [];
      const progress = (step: Progress): void => void seen.push(step);
      await model.fit(checkerboard(), config, { random: new Random(1), progress });
      const last = new Map(seen.map((step) => [step.stage, step]));
      expect(last.size).toBeGreaterThan(0);
      for (const { done, total } of last.values()) expect(done).toBe(total);
    });

    test("a setting that does not exist or cannot be is refused", async () => {
      const context = { random: new Random(1), progress: () => {} };
      const refused = { code: "invalid-config" };
      await expect(model.fit(checkerboard(), { ...config, lambda: 1 }, context)).rejects.toMatchObject(
        refused,
      );
      for (const setting of Object.keys(config))
        await expect(
          model.fit(checkerboard(), { ...config, [setting]: Number.NaN }, context),
        ).rejects.toMatchObject(refused);
    });

    test(`data without times ${expectations.needsTimes ? "is refused" : "is enough"}`, async () => {
      const { timestampsMs: _, ...untimed } = checkerboard();
      if (expectations.needsTimes) await expect(learn(untimed)).rejects.toMatchObject({ code: "no-data" });
      else expect((await learn(untimed)).itemCount).toBe(ITEMS);
    });
  });
}

type Learn = (data: Interactions, seed?: number) => Promise<FittedModel>;

const USERS = 40;
const ITEMS = 20;
const NOBODY: History = { itemRows: new Uint32Array(0) };

/**
 * People of even rows like items of even rows, the odd like the odd; person `u` has not met item `u % ITEMS` yet. The first
 * items of either colour are the more popular ones: person `u` meets item `i` of their colour when `u >= i`. The order in
 * which they meet them has no meaning.
 */
function checkerboard(weightOf: (item: number) => number = () => 1): Interactions {
  const rows: Interaction[] = [];
  for (let user = 0; user < USERS; user++) {
    const items: number[] = [];
    for (let item = user % 2; item < ITEMS; item += 2)
      if (item !== user % ITEMS && user >= item) items.push(item);
    for (const item of new Random(user).shuffle(items))
      rows.push({ user, item, weight: weightOf(item), timestampMs: DAY_MS * 20_000 });
  }
  return packInteractions(rows, USERS, ITEMS);
}

function describePersonal(learn: Learn): void {
  test("on a checkerboard, the best unseen item has the person's colour", async () => {
    const data = checkerboard();
    const fitted = await learn(data);
    for (let user = 10; user < USERS; user++) {
      const history = historyOf(data, user);
      const [best] = topN(withoutSeen(await fitted.score([history]), history), 1);
      expect(best! % 2).toBe(user % 2);
    }
  });

  test("the newest engagement changes the next answer", async () => {
    const fitted = await learn(checkerboard());
    const [before, after] = [[2], [2, 5, 7]].map((items) => ({ itemRows: Uint32Array.from(items) }));
    const [evenBefore, oddBefore] = colourMeans(await fitted.score([before!]), [2, 5, 7]);
    const [evenAfter, oddAfter] = colourMeans(await fitted.score([after!]), [2, 5, 7]);
    expect(evenBefore).toBeGreaterThan(oddBefore);
    expect(oddAfter).toBeGreaterThan(evenAfter);
  });

  test("the items most related to an item have its colour", async () => {
    const fitted = await learn(checkerboard());
    for (const item of [2, 3]) {
      const related = await fitted.related(item);
      expect(related[item]).toBe(Number.NEGATIVE_INFINITY);
      for (const other of topN(related, 4)) expect(other % 2).toBe(item % 2);
      const kept = fitted.neighboursOf?.(item);
      if (!kept) continue;
      const positive = [...related.keys()].filter((other) => related[other]! > 0);
      expect([...kept.itemRows]).toEqual(positive);
      expect([...kept.similarities]).toEqual(positive.map((other) => related[other]));
    }
  });
}

/** What a model that sees a history as a set of weighted items owes. */
function describeOrderless(learn: Learn): void {
  test("a history's weights say which of its items counts", async () => {
    const fitted = await learn(checkerboard());
    const itemRows = Uint32Array.of(4, 5);
    for (const [heavy, weights] of [Float32Array.of(3, 0.3), Float32Array.of(0.3, 3)].entries()) {
      const means = colourMeans(await fitted.score([{ itemRows, weights }]), itemRows);
      expect(means[heavy]).toBeGreaterThan(means[1 - heavy]!);
    }
  });

  test("repeating an engagement changes nothing", async () => {
    const fitted = await learn(checkerboard());
    const once = await fitted.score([{ itemRows: Uint32Array.of(4, 5) }]);
    expect(await fitted.score([{ itemRows: Uint32Array.of(4, 4, 5, 4) }])).toEqual(once);
  });

  test("an explanation adds up to the score and points at the engagements of the item's colour", async () => {
    const fitted = await learn(checkerboard());
    const history = { itemRows: Uint32Array.of(1, 99, 4, 6, 6), weights: Float32Array.of(1, 1, 2, 1, 1) };
    const scores = await fitted.score([history]);
    const parts = await fitted.explain(history, 8);
    expect(parts).toHaveLength(5);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(scores[8]!, 4);
    expect(parts[1]).toBe(0); // not in the catalogue
    expect(parts[3]).toBe(0); // said again by the next
    expect([2, 4]).toContain(topN(parts, 1)[0]);
  });
}

/** What a model that reads a history in order owes. */
function describeSequential(learn: Learn): void {
  test("the order of a history matters", async () => {
    const fitted = await learn(checkerboard());
    const forwards = await fitted.score([{ itemRows: Uint32Array.of(4, 5, 6) }]);
    expect(await fitted.score([{ itemRows: Uint32Array.of(6, 5, 4) }])).not.toEqual(forwards);
  });

  test("an explanation points at the engagements of the item's colour, and at none that was not looked at", async () => {
    const fitted = await learn(checkerboard());
    const history = { itemRows: Uint32Array.of(1, 99, 4, 6, 8), weights: Float32Array.of(1, 1, 1, 1, 0) };
    const parts = await fitted.explain(history, 10);
    expect(parts).toHaveLength(5);
    expect(parts[1]).toBe(0); // not in the catalogue
    expect(parts[4]).toBe(0); // of no weight
    expect([2, 3]).toContain(topN(parts, 1)[0]);
  });
}

function describeImpersonal(learn: Learn): void {
  test("everybody gets one order, and no engagement explains it", async () => {
    const data = checkerboard();
    const fitted = await learn(data);
    const cold = await fitted.score([NOBODY]);
    expect(await fitted.score([historyOf(data, 30)])).toEqual(cold);
    expect(await fitted.explain(historyOf(data, 30), 0)).toEqual(new Float32Array(9));
    expect((await fitted.related(3))[3]).toBe(Number.NEGATIVE_INFINITY);
  });
}

function describeAnswers(learn: Learn): void {
  test("somebody new gets the items in the order of their popularity, by weight", async () => {
    const counts = new Float32Array(ITEMS);
    for (const item of checkerboard().itemRows) counts[item]!++;
    const plain = await (await learn(checkerboard())).score([NOBODY]);
    expect([...topN(plain, ITEMS)]).toEqual([...topN(counts, ITEMS)]);
    const odd = await learn(checkerboard((item) => (item % 2 ? 8 : 1)));
    for (const item of topN(await odd.score([NOBODY]), ITEMS / 2)) expect(item % 2).toBe(1);
  });

  test("items beyond the catalogue are ignored", async () => {
    const fitted = await learn(checkerboard());
    const known = { itemRows: Uint32Array.of(4) };
    const more = { itemRows: Uint32Array.of(ITEMS, 4, 4_000_000) };
    expect(await fitted.score([more])).toEqual(await fitted.score([known]));
    expect(await fitted.score([{ itemRows: Uint32Array.of(ITEMS) }])).toEqual(await fitted.score([NOBODY]));
  });

  test("a history of items that nobody met in the data gets the order of popularity", async () => {
    const fitted = await learn({ ...checkerboard(), itemCount: ITEMS + 3 });
    const scores = await fitted.score([{ itemRows: Uint32Array.of(ITEMS + 2) }]);
    expect(topN(scores, ITEMS)).toEqual(topN(await fitted.score([NOBODY]), ITEMS));
  });

  test("some items alone score as they do among all", async () => {
    const fitted = await learn(checkerboard());
    if (!fitted.scoreItems) return; // it is as much work as all
    const rows = [3, 0, 99_999, 5];
    for (const history of [{ itemRows: Uint32Array.of(1, 3) }, { itemRows: Uint32Array.of(99_999) }]) {
      const all = await fitted.score([history]);
      const some = await fitted.scoreItems(history, rows);
      for (const [at, row] of rows.entries())
        if (row < fitted.itemCount) expect(some[at]).toBeCloseTo(all[row]!, 4);
        else expect(some[at]).toBeNaN();
    }
  });

  test("many histories at once score as they do one by one", async () => {
    const data = checkerboard();
    const fitted = await learn(data);
    const histories = [historyOf(data, 7), NOBODY, historyOf(data, 30)];
    const together = await fitted.score(histories);
    expect(together).toHaveLength(3 * ITEMS);
    for (const [row, history] of histories.entries()) {
      const alone = await fitted.score([history]);
      for (const [item, score] of alone.entries()) expect(together[row * ITEMS + item]).toBeCloseTo(score, 4);
    }
    expect(await fitted.score([])).toHaveLength(0);
  });

  test("scores are numbers, even of items that nobody met and for people with one item", async () => {
    const data = { ...checkerboard(), itemCount: ITEMS + 3 };
    const fitted = await learn(data);
    expect(fitted.itemCount).toBe(ITEMS + 3);
    for (const item of [0, ITEMS + 1]) {
      const history = { itemRows: Uint32Array.of(item) };
      expect((await fitted.score([history])).every(Number.isFinite)).toBe(true);
      expect((await fitted.explain(history, ITEMS + 2)).every(Number.isFinite)).toBe(true);
      const related = await fitted.related(item);
      expect(related.every((value, other) => other === item || Number.isFinite(value))).toBe(true);
    }
  });
}

/** What a model that puts people and items into one space owes. */
function describeVectors(model: Model, learn: Learn): void {
  test("people and items have vectors of length 1, those of whom nothing is known zeros", async () => {
    const data = checkerboard();
    const { encoder } = await learn(data);
    const histories = [historyOf(data, 7), NOBODY, { itemRows: Uint32Array.of(ITEMS) }, historyOf(data, 30)];
    const vectors = await encoder!.userVectors(histories);
    expect(vectors).toHaveLength(4 * encoder!.dimension);
    const lengths = rowsOf(vectors, encoder!.dimension).map((vector) => Math.sqrt(dot(vector, vector)));
    for (const [row, length] of [1, 0, 0, 1].entries()) expect(lengths[row]).toBeCloseTo(length, 5);
    const items = rowsOf(await encoder!.itemVectors(), encoder!.dimension);
    expect(items).toHaveLength(ITEMS);
    for (const item of items) expect(dot(item, item)).toBeCloseTo(1, 5);
  });

  test("by cosine, the items of a person's colour are the nearer ones", async () => {
    const data = checkerboard();
    const { encoder } = await learn(data);
    const items = rowsOf(await encoder!.itemVectors(), encoder!.dimension);
    for (const user of [20, 21, 38, 39]) {
      const vector = await encoder!.userVectors([historyOf(data, user)]);
      const [even, odd] = colourMeans(
        Float32Array.from(items, (item) => dot(vector, item)),
        [],
      );
      expect(user % 2 ? odd - even : even - odd).toBeGreaterThan(0);
    }
  });

  test("vectors are the same one by one, and of the model read back", async () => {
    const data = checkerboard();
    const fitted = await learn(data);
    const histories = [historyOf(data, 7), NOBODY, historyOf(data, 30)];
    const together = await fitted.encoder!.userVectors(histories);
    const loaded = model.load(fitted.serialize()).encoder!;
    expect(await loaded.userVectors(histories)).toEqual(together);
    expect(await loaded.itemVectors()).toEqual(await fitted.encoder!.itemVectors());
    const width = loaded.dimension;
    for (const [row, history] of histories.entries())
      for (const [at, value] of (await fitted.encoder!.userVectors([history])).entries())
        expect(together[row * width + at]).toBeCloseTo(value, 4);
  });
}

function rowsOf(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
}

function describeBytes(model: Model, learn: Learn): void {
  test("the same data, config and seed give the same bytes", async () => {
    const bytes = (await learn(checkerboard())).serialize();
    expect((await learn(checkerboard())).serialize()).toEqual(bytes);
  });

  test("a model read back answers exactly as before", async () => {
    const data = checkerboard();
    const fitted = await learn(data);
    const loaded = model.load(fitted.serialize());
    const histories = [historyOf(data, 7), NOBODY, historyOf(data, 30)];
    expect(loaded.name).toBe(model.name);
    expect(loaded.config).toEqual(fitted.config);
    expect(loaded.itemCount).toBe(fitted.itemCount);
    expect(await loaded.score(histories)).toEqual(await fitted.score(histories));
    expect(await loaded.explain(histories[0]!, 3)).toEqual(await fitted.explain(histories[0]!, 3));
    expect(await loaded.related(3)).toEqual(await fitted.related(3));
    expect(loaded.serialize()).toEqual(fitted.serialize());
  });

  test("bytes of something else are refused as damaged", async () => {
    const bytes = (await learn(checkerboard())).serialize();
    const name = Buffer.from(bytes).indexOf(`"model":"${model.name}"`) + '"model":"'.length;
    const renamed = bytes.slice();
    renamed[name] = "X".charCodeAt(0);
    for (const wrong of [renamed, bytes.subarray(0, bytes.length - 1), new Uint8Array(0)])
      expect(() => model.load(wrong)).toThrow(PlatformError);
  });
}

/** 400 people with a main and a side topic among 8 topics of 25 items, popular items first; one item each is held out. */
function plantedTopics(): { readonly train: Interactions; readonly heldOut: Uint32Array } {
  const random = new Random(7);
  const [userCount, topicCount, topicItems] = [400, 8, 25];
  const rows: Interaction[] = [];
  const heldOut = new Uint32Array(userCount);
  for (let user = 0; user < userCount; user++) {
    const [main, side] = [random.integer(topicCount), random.integer(topicCount)];
    const met = new Set<number>();
    while (met.size < 11) {
      const topic = random.chance(0.75) ? main : random.chance(0.6) ? side : random.integer(topicCount);
      met.add(topic * topicItems + Math.floor(topicItems * random.uniform() ** 1.7));
    }
    const items = random.shuffle([...met]);
    heldOut[user] = items.pop()!;
    for (const item of items)
      rows.push({ user, item, weight: 1, timestampMs: DAY_MS * (20_000 + random.integer(5)) });
  }
  return { train: packInteractions(rows, userCount, topicCount * topicItems), heldOut };
}

async function ndcgAt10(fitted: FittedModel, train: Interactions, heldOut: Uint32Array): Promise<number> {
  const histories = Array.from({ length: train.userCount }, (_, user) => historyOf(train, user));
  const scores = await fitted.score(histories);
  let total = 0;
  for (const [user, history] of histories.entries()) {
    const own = scores.subarray(user * train.itemCount, (user + 1) * train.itemCount);
    const rank = topN(withoutSeen(own, history), 10).indexOf(heldOut[user]!);
    if (rank >= 0) total += 1 / Math.log2(rank + 2);
  }
  return total / train.userCount;
}

function withoutSeen(scores: Float32Array, history: History): Float32Array {
  for (const item of history.itemRows) scores[item] = Number.NEGATIVE_INFINITY;
  return scores;
}

/** Mean score of the even and of the odd items, without those listed. */
function colourMeans(scores: Float32Array, without: ArrayLike<number>): [even: number, odd: number] {
  const means: [number, number] = [0, 0];
  const counts: [number, number] = [0, 0];
  for (const [item, score] of scores.entries())
    if (!Array.from(without).includes(item)) {
      means[item % 2]! += score;
      counts[item % 2]!++;
    }
  return [means[0] / counts[0], means[1] / counts[1]];
}
