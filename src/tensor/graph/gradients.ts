import { assert } from "#base";
import { add } from "../ops/elementwise.ts";
import { type Differentiable, type Expression, scalar } from "./expression.ts";
import { sameShape, textOf } from "./shape.ts";

/**
 * Gradients of `loss`, a single number, with respect to each of `wanted`: expressions of the same shapes, by reverse-mode
 * differentiation. Nothing is computed here; the gradients are more of the same graph.
 */
export function gradientsOf(loss: Expression, wanted: readonly Expression[]): Expression[] {
  assert(loss.shape.length === 0, `a loss is a single number, not ${textOf(loss.shape)}`);
  const flows = new Map<Expression, Expression>([[loss, scalar(1)]]);
  for (const step of stepsTowards(loss, new Set(wanted)).reverse()) {
    if (!step.results.some((result) => flows.has(result))) continue;
    assert(step.gradient, "every operator between the loss and a parameter has a gradient");
    const gradients = step.gradient(...step.results.map((result) => flows.get(result)));
    for (const [position, flow] of gradients.entries()) {
      const to = step.inputs[position]!;
      if (!flow) continue;
      assert(
        sameShape(flow.shape, to.shape),
        `a gradient has its input's shape ${textOf(to.shape)}, not ${textOf(flow.shape)}`,
      );
      const before = flows.get(to);
      flows.set(to, before ? add(before, flow) : flow);
    }
  }
  return wanted.map((expression) => {
    const gradient = flows.get(expression);
    assert(gradient, `the loss depends on every parameter, also ${nameOf(expression)}`);
    return gradient;
  });
}

/** Everything a gradient passes on its way to one of `wanted`, each after what it is computed from. */
function stepsTowards(loss: Expression, wanted: ReadonlySet<Expression>): Differentiable[] {
  const steps: Differentiable[] = [];
  const leads = new Map<Differentiable, boolean>();
  const visit = (expression: Expression): boolean => {
    const { source } = expression;
    if (wanted.has(expression)) return true;
    if (expression.type !== "float32" || source.kind === "input" || source.kind === "constant") return false;
    const step = source.of;
    const known = leads.get(step);
    if (known !== undefined) return known;
    leads.set(step, false);
    const reaches = step.inputs.map(visit).includes(true);
    leads.set(step, reaches);
    if (reaches) steps.push(step);
    return reaches;
  };
  visit(loss);
  return steps;
}

function nameOf({ source, shape }: Expression): string {
  return source.kind === "input" ? source.name : `a value of shape ${textOf(shape)}`;
}
