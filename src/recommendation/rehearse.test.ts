import { expect, test } from "vitest";
import type { SourceTrace } from "./pipeline.ts";
import type { RecommendationRequest } from "./query.ts";
import type { Recommendations } from "./recommender.ts";
import { rehearse } from "./rehearse.ts";

type Outcome = SourceTrace["outcome"];

/** How often each surface is asked, when one source of it ends as it says. */
async function askedFor(
  outcomes: Record<string, (round: number) => Outcome>,
): Promise<Record<string, number>> {
  const asked: Record<string, number> = {};
  const recommend = async ({ surface = "" }: RecommendationRequest): Promise<Recommendations> => {
    const round = asked[surface] ?? 0;
    asked[surface] = round + 1;
    const outcome = outcomes[surface]!(round);
    return { trace: { sources: [{ outcome }] } } as unknown as Recommendations; // all that is read of it
  };
  const surfaces = Object.keys(outcomes);
  await rehearse({ recommend }, { surfaces, itemIds: ["item-1"], asOfMs: 0, cameMs: 0 });
  return asked;
}

test("a surface is asked until no source is late, and some ten times in any case", async () => {
  const asked = await askedFor({
    quick: () => "ok",
    slow: (round) => (round < 20 ? "late" : "ok"),
    broken: () => "failed",
    never: () => "late",
  });
  expect(asked).toEqual({ quick: 11, slow: 21, broken: 11, never: 50 });
});

test("a surface that cannot answer keeps no other from it", async () => {
  const asked = await askedFor({
    without: () => {
      throw new Error("its ranker is not in service");
    },
    quick: () => "ok",
  });
  expect(asked).toEqual({ without: 1, quick: 11 });
});
