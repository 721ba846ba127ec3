import { expect, test } from "vitest";
import { Random } from "#base";
import { type Appeal, closeUpProbability, drawReaction, examinationProbability } from "./reaction.ts";
import { worldPresets } from "./world-config.ts";

const { reactions: config } = worldPresets.tiny;
const plain: Appeal = {
  affinity: 0.5,
  quality: 1,
  novelty: 0,
  fatigue: 0,
  isRepeated: false,
  isSaved: false,
};

test("close-ups come as often as examination times attraction says, at every position", () => {
  for (const position of [0, 3, 9]) {
    const random = new Random(position);
    let closeUps = 0;
    for (let draw = 0; draw < 20_000; draw++)
      if (drawReaction(config, plain, position, random)[0]?.action === "close-up") closeUps++;
    const expected =
      (1 - config.accidentalClick) *
      examinationProbability(config, position) *
      closeUpProbability(config, plain);
    expect(Math.abs(closeUps / 20_000 - expected)).toBeLessThan(0.012); // 3.5 standard errors
  }
});

test("liking, quality and novelty attract; fatigue and repetition put off", () => {
  const base = closeUpProbability(config, plain);
  for (const better of [{ affinity: 0.7 }, { quality: 2 }, { novelty: 1 }])
    expect(closeUpProbability(config, { ...plain, ...better })).toBeGreaterThan(base);
  for (const worse of [{ affinity: 0.2 }, { fatigue: 5 }, { isRepeated: true }])
    expect(closeUpProbability(config, { ...plain, ...worse })).toBeLessThan(base);
});

test("what was saved is not saved again, and whatever follows a close-up happens while it lasts", () => {
  const random = new Random(5);
  for (let draw = 0; draw < 5000; draw++) {
    const [first, ...rest] = drawReaction(config, { ...plain, isSaved: true }, 0, random);
    if (first?.dwellMs === undefined) continue;
    expect(rest.every(({ action }) => action !== "save")).toBe(true);
    for (const { afterMs } of rest) expect(afterMs - first.afterMs).toBeLessThanOrEqual(first.dwellMs);
  }
});
