import { expect, test } from "vitest";
import { DAY_MS, Random } from "#base";
import { packInteractions } from "#sequences";
import { recentPopularity } from "./recent-popularity.ts";

const context = { random: new Random(1), progress: () => {} };

test("an engagement counts half for each half-life that it is older than the newest", async () => {
  const day = (days: number): number => DAY_MS * (20_000 + days);
  const data = packInteractions(
    [
      { user: 0, item: 0, timestampMs: day(0) },
      { user: 0, item: 1, timestampMs: day(7) },
      { user: 1, item: 0, timestampMs: day(0) },
      { user: 1, item: 2, timestampMs: day(14) },
    ],
    2,
    3,
  );
  const fitted = await recentPopularity.fit(data, { halfLifeDays: 7 }, context);
  expect(await fitted.score([{ itemRows: new Uint32Array(0) }])).toEqual(Float32Array.of(0.5, 0.5, 1));
});

test("the message for data without times names the alternative", async () => {
  const data = packInteractions([{ user: 0, item: 0 }], 1, 1);
  await expect(recentPopularity.fit(data, { halfLifeDays: 7 }, context)).rejects.toThrow("use popularity");
});
