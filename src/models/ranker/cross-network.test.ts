import { expect, test } from "vitest";
import { Random } from "#base";
import { input, mul, type NamedTensor, Network, onnxGraph, Program } from "#tensor";
import { Columns } from "./columns.ts";
import { crossNetwork } from "./cross-network.ts";

const [G, C, D, FACTS, HEADS] = [2, 3, 4, 5, 2];

/** A candidate, what the history says of it, two things it says of all, and what each of them has in common with the candidate. */
function everyKind(): Columns {
  const [candidate, met] = ["candidate", "met"].map((name) => input(name, ["G", "C", D]));
  const [person, place] = ["person", "place"].map((name) => input(name, ["G", 1, D]));
  return Columns.of([
    ...[candidate!, met!, person!].map((x) => ({ x })),
    { x: mul(candidate!, met!) },
    { x: candidate!, times: person! },
    { x: candidate!, times: place! },
    { x: place! },
    { x: input("facts", ["G", "C", FACTS]) },
  ]);
}

const random = Random.of(1, "columns");
const drawn = (...shape: number[]): NamedTensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, values: Float32Array.from({ length: size }, () => random.normal()) };
};

const given = {
  ...{ candidate: drawn(G, C, D), met: drawn(G, C, D), facts: drawn(G, C, FACTS) },
  ...{ person: drawn(G, 1, D), place: drawn(G, 1, D) },
};

test.each([0, 1, 2, 3])(
  "what answers computes what was learned, with %i cross layers",
  async (crossLayers) => {
    const weights: Record<string, NamedTensor> = {};
    const logitsOf = async (isTraining: boolean): Promise<Float32Array> => {
      const network = new Network({ isTraining });
      const logits = crossNetwork(network, everyKind(), {
        ...{ crossLayers, deepSize: 6, heads: HEADS, dropout: 0 },
        bias: { kind: "constant", value: 0 },
      });
      for (const [name, { shape }] of network.parameters) weights[name] ??= drawn(...shape);
      const program = await Program.compile(onnxGraph("cross", { logits }, weights));
      return new Float32Array((await program.run(given))["logits"]!.values as Float32Array); // as the graph says
    };
    const learned = await logitsOf(true);
    const answered = await logitsOf(false);
    expect(learned).toHaveLength(G * C * HEADS);
    const largest = Math.max(...learned.map(Math.abs));
    for (const [at, value] of learned.entries())
      expect(Math.abs(answered[at]! - value) / largest).toBeLessThan(1e-5);
  },
);
