import { afterAll, expect, test } from "vitest";
import { input } from "./graph/expression.ts";
import { onnxGraph } from "./graph/onnx-graph.ts";
import { matmul } from "./ops/product.ts";
import { compileHere, ProgramThreads } from "./program-threads.ts";

const [x, weight] = [input("x", ["B", 2]), input("weight", [2, 2])];
const weights = { weight: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } };
const graph = onnxGraph("product", { y: matmul(x, weight) }, weights);
const rows = (...values: number[]) => ({
  x: { shape: [values.length / 2, 2], values: Float32Array.from(values) },
});

const threads = new ProgramThreads(2);
afterAll(() => threads.close());

test("a graph computes in another thread what it computes here, for many at once", async () => {
  const there = await threads.compile(graph);
  const here = await compileHere(graph);
  expect((await there.run(rows(1, 0, 0, 1)))["y"]).toEqual({
    shape: [2, 2],
    values: Float32Array.of(1, 2, 3, 4),
  });
  const asked = Array.from({ length: 9 }, (_, n) => rows(n, 1));
  const answers = await Promise.all(asked.map((inputs) => there.run(inputs)));
  for (const [n, inputs] of asked.entries()) expect(answers[n]).toEqual(await here.run(inputs));
});

test("a run that fails fails alone", async () => {
  const program = await threads.compile(graph);
  const [wrong, right] = await Promise.allSettled([program.run({}), program.run(rows(1, 1))]);
  expect(wrong.status).toBe("rejected");
  expect(right).toMatchObject({ value: { y: { values: Float32Array.of(4, 6) } } });
});

test("what is released while it runs is answered, and computes again when it is asked again", async () => {
  const program = await threads.compile(graph);
  const running = program.run(rows(1, 0));
  await program.release();
  expect((await running)["y"]!.values).toEqual(Float32Array.of(1, 2));
  expect((await program.run(rows(0, 1)))["y"]!.values).toEqual(Float32Array.of(3, 4));
});

test("closing answers nobody, and who asks afterwards starts the threads anew", async () => {
  const own = new ProgramThreads(1);
  const program = await own.compile(graph);
  const asked = Promise.allSettled([program.run(rows(1, 0)), program.run(rows(1, 0))]);
  for (let step = 0; step < 10; step++) await Promise.resolve(); // they are on their way, and no answer is heard yet
  await own.close();
  for (const { status } of await asked) expect(status).toBe("rejected");
  expect((await program.run(rows(0, 1)))["y"]!.values).toEqual(Float32Array.of(3, 4));
  await own.close();
});
