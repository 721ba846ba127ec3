import { expect, test } from "vitest";
import { PlatformError } from "#base";
import { input } from "./graph/expression.ts";
import { onnxGraph } from "./graph/onnx-graph.ts";
import { add } from "./ops/elementwise.ts";
import { total } from "./ops/reduction.ts";
import { Program } from "./program.ts";

const x = input("x", ["N"]);
const y = input("y", [1]);
const graph = onnxGraph("sum", { each: add(x, y), all: total(add(x, y)) });
const three = { shape: [3], values: Float32Array.of(1, 2, 3) };
const ten = { shape: [1], values: Float32Array.of(10) };

test("free sizes are those of the inputs; outputs of known size go to the same array at every run", async () => {
  const program = await Program.compile(graph);
  const first = await program.run({ x: three, y: ten });
  expect(first["each"]).toEqual({ shape: [3], values: Float32Array.of(11, 12, 13) });
  expect(first["all"]).toEqual({ shape: [], values: Float32Array.of(36) });
  const second = await program.run({ x: { shape: [1], values: Float32Array.of(5) }, y: ten });
  expect(second["each"]!.shape).toEqual([1]);
  expect(second["all"]!.values).toBe(first["all"]!.values);
  expect(first["all"]!.values).toEqual(Float32Array.of(15));
});

test("what was released answers who still asks, and gives back what it took for that when it is released again", async () => {
  const program = await Program.compile(graph);
  const during = program.run({ x: three, y: ten });
  await Promise.all([program.release(), program.release()]);
  expect((await during)["each"]!.values).toEqual(Float32Array.of(11, 12, 13));
  expect((await program.run({ x: three, y: ten }))["each"]!.values).toEqual(Float32Array.of(11, 12, 13));
  await program.release();
});

test("an input that is missing, of another shape or another type is our mistake", async () => {
  const program = await Program.compile(graph, { threads: 1 });
  await expect(program.run({ x: three })).rejects.toThrow('the input "y" is given');
  await expect(program.run({ x: three, y: three })).rejects.toThrow('"y" of shape 3 fits (1)');
  const whole = { shape: [1], values: Int32Array.of(1) };
  await expect(program.run({ x: three, y: whole })).rejects.toThrow("of its type, float32");
});

test("a provider this machine lacks is refused by name", async () => {
  const error = await Program.compile(graph, { provider: "cuda" }).then(
    () => new PlatformError("invalid-config", '"cuda" is here'), // a machine that has it has nothing to refuse
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PlatformError);
  expect(error).toHaveProperty("code", "invalid-config");
  expect(error).toHaveProperty("message", expect.stringContaining('"cuda"'));
});
