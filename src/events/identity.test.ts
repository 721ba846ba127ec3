import fc from "fast-check";
import { expect, test } from "vitest";
import { IdentityGraph, isBlockedId } from "./identity.ts";

const id = fc.integer({ min: 0, max: 11 }).map((n) => `id${n}`);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("link" as const), from: id, to: id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unlink" as const), id }) },
);

test("after any links and unlinks, people are disjoint, complete, and agree with walking the links one by one", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const graph = new IdentityGraph();
      const parents = new Map<string, string>(); // the naive form: follow the links
      const rootOf = (start: string): string => {
        let root = start;
        for (let n = 0; parents.has(root); n++) {
          expect(n, "no cycle").toBeLessThan(100);
          root = parents.get(root)!;
        }
        return root;
      };
      for (const action of steps) {
        if (action.kind === "unlink") {
          expect(graph.unlink(action.id)).toBe(parents.delete(action.id));
          continue;
        }
        const plan = graph.plan(action.from, action.to);
        if (plan.kind === "link") {
          graph.link(plan.link);
          parents.set(plan.link.from, plan.link.to);
        } else if (plan.kind === "linked-already") expect(rootOf(action.from)).toBe(rootOf(action.to));
        else expect(parents.has(action.from)).toBe(true);
      }
      for (let n = 0; n < 12; n++) {
        const ids = graph.idsOf(`id${n}`);
        expect(ids[0]).toBe(rootOf(`id${n}`));
        expect(new Set(ids).size).toBe(ids.length);
        for (let other = 0; other < 12; other++) {
          expect(ids.includes(`id${other}`)).toBe(rootOf(`id${other}`) === ids[0]);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("a person has at most twenty ids", () => {
  const graph = new IdentityGraph();
  for (let n = 0; n < 19; n++) graph.link({ from: `anonymous:${n}`, to: "u" });
  expect(graph.plan("anonymous:19", "u")).toEqual({ kind: "refused", reason: "too-many-ids" });
  expect(graph.idsOf("u")).toHaveLength(20);
});

test("programs that have no id say so in many ways", () => {
  for (const nobody of [
    "null",
    "Undefined",
    " unknown ",
    "0",
    "-1",
    "[object Object]",
    "00000000-0000-0000-0000-000000000000",
  ]) {
    expect(isBlockedId(nobody), nobody).toBe(true);
  }
  for (const somebody of ["1", "u-0001", "nullable", "zero", "00"])
    expect(isBlockedId(somebody), somebody).toBe(false);
});
