import { expect, test } from "vitest";
import { Random } from "#base";
import type { History } from "#sequences";
import type { CheckpointPlace, FitContext, LearningPoint } from "../model.ts";
import { learn } from "./learn.ts";
import { defaultSettings, networkConfig } from "./settings.ts";
import { holdOutLast, Validation } from "./validation.ts";

/** @file Laws of a learning run: it can be interrupted anywhere, and what it hands back is what did best. */

const ITEMS = 12;
const config = {
  ...defaultSettings,
  embeddingSize: 8,
  blocks: 1,
  maxLength: 6,
  epochs: 8,
  batchSize: 8,
  learningRate: 0.02,
  decay: "cosine",
  averaging: 0.9,
  validationPeople: 6,
} as const;
const network = networkConfig(config, { items: ITEMS, actions: 0, surfaces: 0 });
/** People walk through the items in rounds; a few leap about. */
const sequences = Array.from({ length: 24 }, (_, user) =>
  historyWith(
    Array.from({ length: 4 + (user % 6) }, (_, step) => (user * 5 + step * (user % 8 === 0 ? 5 : 1)) % ITEMS),
  ),
);
const context = (extra: Partial<FitContext> = {}): FitContext => ({
  random: new Random(1),
  progress: () => {},
  threads: 1,
  ...extra,
});

test.each([1, 7, 20])(
  "a run interrupted after step %i and begun again ends with the same weights and the whole curve",
  async (step) => {
    const [wholeCurve, curve]: [LearningPoint[], LearningPoint[]] = [[], []];
    const into = (points: LearningPoint[]) => context({ learned: (point) => points.push(point) });
    const whole = await learn({ sequences, network }, config, into(wholeCurve));
    const place = new OneCheckpoint();
    const interruption = new AbortController();
    const progress: FitContext["progress"] = ({ done }) => void (done === step && interruption.abort());
    const interrupted = learn(
      { sequences, network },
      config,
      context({
        progress,
        checkpoints: place,
        abort: interruption.signal,
      }),
    );
    await expect(interrupted).rejects.toMatchObject({ code: "not-ready" });
    const resumed = { ...into(curve), checkpoints: place };
    expect(await learn({ sequences, network }, config, resumed)).toEqual(whole);
    expect(curve.map(scoreOf)).toEqual(wholeCurve.map(scoreOf));
    expect(place.bytes).toBeUndefined();
  },
);

test("a checkpoint of a run with other settings is left aside", async () => {
  const place = new OneCheckpoint();
  const interruption = new AbortController();
  const progress: FitContext["progress"] = ({ done }) => void (done === 9 && interruption.abort());
  const other = { ...config, learningRate: 0.01 };
  await learn(
    { sequences, network },
    other,
    context({ progress, checkpoints: place, abort: interruption.signal }),
  ).catch(() => {});
  expect(await learn({ sequences, network }, config, context({ checkpoints: place }))).toEqual(
    await learn({ sequences, network }, config, context()),
  );
});

test("what did best on the people held out is kept, and learning ends when it has got no better for a while", async () => {
  const points: LearningPoint[] = [];
  const long = { ...config, epochs: 60, patience: 3, decay: "none" } as const;
  const random = new Random(1);
  const weights = await learn(
    { sequences, network },
    long,
    context({ learned: (point) => points.push(point) }),
  );
  const scores = points.map(({ validation }) => validation!);
  const best = scores.indexOf(Math.max(...scores));
  expect(points.map(({ epoch }) => epoch)).toEqual(scores.map((_, at) => at + 1));
  expect(scores).toHaveLength(best + 1 + 3);
  const { questions } = holdOutLast(sequences, config.validationPeople, random.uint32());
  const validation = await Validation.create(questions, network, 1);
  expect(await validation.ndcgAt10(weights)).toBe(scores[best]);
});

test("held out are the last items of as many people as asked for, where two others remain", () => {
  const short = [...sequences.slice(0, 5), historyWith([1, 2])];
  const { sequences: kept, questions } = holdOutLast(short, 9, 3);
  expect(questions).toHaveLength(5);
  expect(kept.at(-1)).toEqual(historyWith([1, 2]));
  for (const [row, sequence] of kept.slice(0, 5).entries()) {
    const { itemRows } = short[row]!;
    expect(sequence).toEqual({ itemRows: itemRows.slice(0, -1) });
    expect(questions).toContainEqual({ sequence, next: itemRows.at(-1) });
  }
  expect(holdOutLast(short, 2, 3).questions).toHaveLength(2);
});

function scoreOf({ epoch, validation }: LearningPoint) {
  return { epoch, validation };
}

function historyWith(items: readonly number[]): History {
  return { itemRows: Uint32Array.from(items) };
}

class OneCheckpoint implements CheckpointPlace {
  bytes: Uint8Array | undefined;
  async read() {
    return this.bytes;
  }
  async write(checkpoint: Uint8Array) {
    this.bytes = checkpoint;
  }
  async remove() {
    this.bytes = undefined;
  }
}
