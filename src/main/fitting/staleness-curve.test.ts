import { expect, test } from "vitest";
import { stalenessSvg } from "./staleness-curve.ts";

const reading = (refreshed: string, value: number) => ({
  ...{ refreshed, value },
  ...{ low: value - 0.1, high: value + 0.1 },
});

test("a line rises with what freshness brings, the highest interval ends at the top, and each model has a line and a name", () => {
  const picture = stalenessSvg("a < b", [
    { model: "one", readings: [reading("once", 0.1), reading("daily", 0.2), reading("now", 0.3)] },
    { model: "two", readings: [reading("once", 0.2), reading("daily", 0.2), reading("now", 0.2)] },
  ]);
  const [one, two] = [...picture.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points!.split(" ").map((point) => point.split(",").map(Number)),
  );
  const [bottom, top] = [320, 36];
  expect(one!.map(([, y]) => y)).toEqual([249, 178, 107]); // of 0 to 0.4
  expect(two!.map(([, y]) => y)).toEqual([178, 178, 178]);
  expect(picture).toContain(`V${top.toFixed(1)}`);
  expect(one![2]![0]! - one![0]![0]!).toBeGreaterThan(300);
  for (const word of ["once", "daily", "now", "one", "two", "a &lt; b"])
    expect(picture).toContain(`>${word}<`);
  expect(bottom).toBe(320);
});
