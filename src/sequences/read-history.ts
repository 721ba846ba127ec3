import type { Actions, Catalogue, NamedPurpose } from "#events";
import type { StateReader } from "#storage";
import type { History } from "./interactions.ts";
import { readControls } from "./interest-controls.ts";
import { type PersonState, readPersonSequence } from "./read-person.ts";
import { actionCodes, hasItem, type SequenceQuery } from "./read-sequence.ts";
import type { SequenceRow } from "./sequence-block.ts";
import type { SequenceWindow } from "./sequence-window.ts";
import { usableFor } from "./usable-rows.ts";

export interface HistoryContext {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly actions: Actions;
}

export interface EngagementQuery extends Pick<SequenceQuery, "asOfMs" | "sinceMs" | "limit"> {
  /** Of the declared actions, those that say this. */
  readonly kind: "positive" | "negative" | "impression";
  readonly purpose: NamedPurpose;
}

/** A person's newest rows of declared actions that may be used for a purpose, newest first, where they lie; also those of no item. */
export function readActionRows(
  { state, catalogue, actions }: HistoryContext,
  person: PersonState,
  { kind, purpose, ...query }: EngagementQuery,
): Promise<SequenceWindow> {
  const names = catalogue.actions.names().filter((name) => actions.named(name)?.kind === kind);
  const isUsable = usableFor(purpose, person.record.consent, catalogue);
  return readPersonSequence(state, person, { ...query, actions: actionCodes(catalogue, names), isUsable });
}

/**
 * A person's newest engagements with items that may be used for a purpose, newest first; those they muted or had forgotten are left out,
 * here for everybody who works out anything from what a person wants.
 */
export async function readEngagements(
  context: HistoryContext,
  person: PersonState,
  query: EngagementQuery,
): Promise<SequenceRow[]> {
  const [window, controls] = await Promise.all([
    readActionRows(context, person, query),
    readControls(context.state, person),
  ]);
  const rows = window.rows().filter(hasItem);
  return controls.isEmpty
    ? rows
    : rows.filter(({ itemRow, timestampMs }) => controls.counts(context.catalogue.at(itemRow), timestampMs));
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
