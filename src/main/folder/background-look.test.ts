import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { BackgroundLook, type ThreadManners } from "./background-look.ts";

/** A thread that gets nothing done while it gives way, as where others never rest; it says what it was told. */
const STARVED = `
  const { parentPort, workerData } = require("node:worker_threads");
  if (workerData.givesWay) setInterval(() => {}, 1000);
  else parentPort.postMessage(workerData);
`;

function lookWith(patienceMs: number, code = STARVED) {
  const started: boolean[] = [];
  const said: unknown[] = [];
  const look = new BackgroundLook({
    start: (task: ThreadManners) => {
      started.push(task.givesWay);
      return new Worker(code, { eval: true, workerData: task });
    },
    task: () => ({ of: "everybody" }),
    onMessage: (message) => said.push(message),
    onError: (error) => expect.fail(String(error)),
    ...{ firstMs: 0, leastPauseMs: 3_600_000, patienceMs },
  });
  return { look, started, said };
}

test("a look that others leave no room is begun again as one that gives way no more, and ends", async () => {
  const { look, started, said } = lookWith(20);
  await look.now();
  expect(started).toEqual([true, false]);
  expect(said).toEqual([{ of: "everybody", givesWay: false }]);
});

test("a look that has room gives way, and is not begun again", async () => {
  const { look, started, said } = lookWith(3_600_000, STARVED.replace("workerData.givesWay", "false"));
  await look.now();
  expect(started).toEqual([true]);
  expect(said).toEqual([{ of: "everybody", givesWay: true }]);
});

test("a look that is held is broken off, and not begun again before it is let go", async () => {
  const { look, started, said } = lookWith(3_600_000);
  const over = look.now();
  await look.hold();
  await over;
  expect([started, said]).toEqual([[true], []]);
});
