import { expect, test } from "vitest";
import { nextTurn } from "./turns.ts";

test("slices run in the order of asking, each in a turn of the event loop of its own", async () => {
  let turn = 0;
  let ticking = setImmediate(function tick() {
    turn++;
    ticking = setImmediate(tick);
  });
  const done: string[] = [];
  const turns: number[] = [];
  const work = async (name: string): Promise<void> => {
    for (const slice of [1, 2]) {
      await nextTurn();
      done.push(`${name}${slice}`);
      turns.push(turn);
    }
  };
  await Promise.all(["a", "b", "c"].map(work));
  clearImmediate(ticking);
  expect(done).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
  expect(new Set(turns).size).toBe(6);
});
