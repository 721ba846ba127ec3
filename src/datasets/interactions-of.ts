import { type AskedContext, factsOfContext, factsOfTraits, type Interactions } from "#sequences";
import type { DatasetContents, Engagements, GivenSplit } from "./dataset.ts";

/**
 * What people did in the form models learn from: rows grouped by person, oldest first, all weights 1, times only where
 * they are real. Every engagement counts, whatever its action; repeats stay. O(n).
 */
export function interactionsOf(contents: DatasetContents): Interactions {
  const { engagements, users, items, clock } = contents;
  const { actionNames } = engagements;
  const { offsets, order } = groupByUser(engagements, users.length);
  return {
    userCount: users.length,
    itemCount: items.length,
    offsets,
    itemRows: Uint32Array.from(order, (row) => engagements.items[row]!),
    ...(clock === "utc" && {
      timestampsMs: Float64Array.from(order, (row) => engagements.timestampsMs[row]!),
    }),
    ...(actionNames.length > 1 && {
      actionNames,
      actions: Uint8Array.from(order, (row) => engagements.actions[row]!),
    }),
    items,
    ...contextsOf(contents, { offsets, order }),
  };
}

/** Where engagements took place, and what was known of each person at their first. */
function contextsOf(
  { engagements: { details }, users }: DatasetContents,
  { offsets, order }: { readonly offsets: Uint32Array; readonly order: Uint32Array },
): Pick<Interactions, "surfaces" | "surfaceNames" | "contexts"> {
  const codes = new Map<string, number>([["", 0]]);
  const codeOf = (row: number): number => {
    const name = details?.(row)["surface"];
    const known = typeof name === "string" ? name : "";
    const code = codes.get(known) ?? codes.size;
    codes.set(known, code);
    return code;
  };
  const surfaces = Uint8Array.from(order, codeOf);
  const contexts = users.map(({ traits }, user): AskedContext => {
    const first = offsets[user]! < offsets[user + 1]! ? order[offsets[user]!] : undefined;
    const context = first === undefined ? undefined : details?.(first)["context"];
    return { facts: [...factsOfContext(context), ...factsOfTraits(traits)] };
  });
  return {
    ...(codes.size > 1 && { surfaces, surfaceNames: [...codes.keys()] }),
    ...(contexts.some(({ facts = [] }) => facts.length > 0) && { contexts }),
  };
}

/** All that an evaluation reads of a data set; the input of `#evaluation`'s protocols, which know no data sets. */
export interface EvaluationView {
  readonly dataset: string;
  readonly interactions: Interactions;
  readonly actionNames: readonly string[];
  /** Position in `actionNames`, in the order of `interactions`. */
  readonly actions: Uint8Array;
  readonly given: Readonly<Record<string, GivenSplit>>;
}

/** The data set called `dataset` as an evaluation sees it. */
export function evaluationViewOf(dataset: string, contents: DatasetContents): EvaluationView {
  const { order } = groupByUser(contents.engagements, contents.users.length);
  return {
    dataset,
    interactions: interactionsOf(contents),
    actionNames: contents.engagements.actionNames,
    actions: Uint8Array.from(order, (row) => contents.engagements.actions[row]!),
    given: contents.given,
  };
}

/** A stable counting sort by person: where each person's rows begin, and the rows in that order. */
function groupByUser(
  { users }: Engagements,
  userCount: number,
): { offsets: Uint32Array; order: Uint32Array } {
  const offsets = new Uint32Array(userCount + 1);
  for (const user of users) offsets[user + 1]!++;
  for (let user = 0; user < userCount; user++) offsets[user + 1]! += offsets[user]!;
  const next = offsets.slice(0, userCount);
  const order = new Uint32Array(users.length);
  for (let row = 0; row < users.length; row++) order[next[users[row]!]!++] = row;
  return { offsets, order };
}
