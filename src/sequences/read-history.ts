import type { Actions, Catalogue, NamedPurpose } from "#events";
import type { StateReader } from "#storage";
import type { History } from "./interactions.ts";
import { type PersonState, readPersonSequence } from "./read-person.ts";
import { actionCodes, hasItem } from "./read-sequence.ts";
import type { SequenceRow } from "./sequence-block.ts";
import { usableFor } from "./usable-rows.ts";

export interface HistoryContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

export interface EngagementQuery {
  /** Of the declared actions, those that say this. */
  readonly kind: "positive" | "negative";
  readonly purpose: NamedPurpose;
  /** Nothing later. */
  readonly asOfMs: number;
  readonly limit: number;
}

/** A person's newest engagements with items that may be used for a purpose, newest first. */
export async function readEngagements(
  { state, catalogue, actions }: HistoryContext,
  person: PersonState,
  { kind, purpose, asOfMs, limit }: EngagementQuery,
): Promise<SequenceRow[]> {
  const names = catalogue.actions.names().filter((name) => actions.named(name)?.kind === kind);
  const isUsable = usableFor(purpose, person.record.consent, catalogue);
  const query = { limit, asOfMs, actions: actionCodes(catalogue, names), isUsable };
  return (await readPersonSequence(state, person, query)).rows().filter(hasItem);
}

/** Engagements, oldest first, as models read them: weighted by the declared strength of their action. */
export function historyOfRows(
  oldestFirst: readonly SequenceRow[],
  { catalogue, actions }: Pick<HistoryContext, "catalogue" | "actions">,
): History {
  const strengthOf = ({ action }: SequenceRow): number =>
    actions.named(catalogue.actions.nameOf(action))?.strength ?? 0;
  return {
    itemRows: Uint32Array.from(oldestFirst, ({ itemRow }) => itemRow),
    weights: Float32Array.from(oldestFirst, strengthOf),
    timestampsMs: Float64Array.from(oldestFirst, ({ timestampMs }) => timestampMs),
    actions: Uint8Array.from(oldestFirst, ({ action }) => action),
    surfaces: Uint8Array.from(oldestFirst, ({ surface }) => surface),
  };
}
