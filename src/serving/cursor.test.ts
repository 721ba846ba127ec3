import { expect, test } from "vitest";
import type { RecommendationBody } from "#api";
import type { Recommender } from "#recommendation";
import { openCursor } from "./cursor.ts";

/** Asked only of a cursor that can be read. */
const unasked = {} as Recommender;

test.each(["5", 5, null, [0.5], ["5"], Array(2001).fill(1)])(
  "a page after %j is none that was given",
  (shown) => {
    const cursor = Buffer.from(JSON.stringify([0, 0, "seed", shown, 1, 1])).toString("base64url");
    const body = { cursor } as RecommendationBody; // the rest is not looked at before
    expect(() => openCursor(body, unasked)).toThrow("none that was given");
  },
);
