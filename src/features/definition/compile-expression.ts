import type { ExpressionTree, Scalar } from "#declarations";

/** What a tree comes to for one subject: an event, a row, an item. `null` where it is absent. */
export type Evaluate<Subject> = (subject: Subject) => Scalar | null;
type Leaf = Extract<
  ExpressionTree,
  {
    op:
      | "property"
      | "trait"
      | "action"
      | "item-id"
      | "user-id"
      | "hour"
      | "weekday"
      | "day"
      | "item-tags"
      | "item-attribute";
  }
>;

/** The tree as a function; `leafOf` says how each leaf is read. What is absent makes a comparison false. */
export function compileExpression<Subject>(
  tree: ExpressionTree,
  leafOf: (leaf: Leaf) => Evaluate<Subject>,
): Evaluate<Subject> {
  const compile = (inner: ExpressionTree): Evaluate<Subject> => compileExpression(inner, leafOf);
  switch (tree.op) {
    case "constant":
      return () => tree.value;
    case "equals":
    case "above":
    case "below":
    case "at-least":
    case "at-most": {
      const [left, right] = [compile(tree.left), compile(tree.right)];
      const holds = comparisons[tree.op];
      return (subject) => {
        const [one, other] = [left(subject), right(subject)];
        return one !== null && other !== null && holds(one, other);
      };
    }
    case "one-of": {
      const of = compile(tree.of);
      const values = new Set<Scalar | null>(tree.values);
      return (subject) => values.has(of(subject));
    }
    case "all": {
      const parts = tree.of.map(compile);
      return (subject) => parts.every((part) => part(subject) === true);
    }
    case "any": {
      const parts = tree.of.map(compile);
      return (subject) => parts.some((part) => part(subject) === true);
    }
    case "not": {
      const of = compile(tree.of);
      return (subject) => of(subject) !== true;
    }
    case "is-present": {
      const of = compile(tree.of);
      return (subject) => of(subject) !== null;
    }
    case "choose": {
      const of = compile(tree.of);
      const cases = new Map<Scalar | null, number>(Object.entries(tree.cases));
      return (subject) => cases.get(of(subject)) ?? tree.otherwise;
    }
    default:
      return leafOf(tree);
  }
}

const comparisons = {
  equals: (left: Scalar, right: Scalar) => left === right,
  above: (left: Scalar, right: Scalar) => left > right,
  below: (left: Scalar, right: Scalar) => left < right,
  "at-least": (left: Scalar, right: Scalar) => left >= right,
  "at-most": (left: Scalar, right: Scalar) => left <= right,
} as const;

/** Parts of a UTC time. */
export function timePart(op: "hour" | "weekday" | "day", timestampMs: number): number {
  const day = Math.floor(timestampMs / DAY_MS);
  if (op === "day") return day;
  if (op === "hour") return Math.floor((timestampMs - day * DAY_MS) / HOUR_MS);
  return (((day + THURSDAY) % 7) + 7) % 7;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Day 0, 1970-01-01, was one. */
const THURSDAY = 4;
