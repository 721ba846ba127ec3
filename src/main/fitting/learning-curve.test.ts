import { expect, test } from "vitest";
import type { LearningPoint } from "#models";
import { addToCurve, learningCurveSvg } from "./learning-curve.ts";

const points: LearningPoint[] = [4, 2, 3].map((loss, at) => ({
  epoch: at + 1,
  epochs: 5,
  loss,
  validation: 0.1 * (at + 1),
  tokensPerSecond: 1000,
  remainingMs: 0,
}));

test("the loss starts at the top and is lowest at its second epoch; validation ends at the top", () => {
  const [loss, validation] = linesOf(learningCurveSvg("a < b", points));
  const heights = (line: number[][]) => line.map(([, y]) => y);
  expect(heights(loss!)).toEqual([36, 320, 178]);
  expect(heights(validation!)).toEqual([320, 178, 36]);
  expect(loss!.map(([x]) => x)).toEqual([64, 212, 360]); // of 64 to 656, three of five epochs done
});

test("names are said safely, and a run without validation has one line", () => {
  const unmeasured = points.map(({ validation: _, ...point }) => point);
  const svg = learningCurveSvg("a < b & c", unmeasured);
  expect(svg).toContain(">a &lt; b &amp; c<");
  expect(linesOf(svg)).toHaveLength(1);
  expect(linesOf(learningCurveSvg("nothing yet", []))).toHaveLength(0);
});

function linesOf(svg: string): number[][][] {
  return [...svg.matchAll(/points="([^"]*)"/g)].map(([, line]) =>
    line!.split(" ").map((point) => point.split(",").map(Number)),
  );
}

test("a fit that is done again begins its curve again", () => {
  const points: { epoch: number; loss: number }[] = [];
  for (const [epoch, loss] of [
    [1, 5],
    [2, 4],
    [1, 6],
    [2, 3],
  ] as const)
    addToCurve(points, { epoch, loss });
  expect(points).toEqual([
    { epoch: 1, loss: 6 },
    { epoch: 2, loss: 3 },
  ]);
});
