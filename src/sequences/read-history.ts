import type { Actions, Catalogue, NamedPurpose } from "#events";
import type { StateReader } from "#storage";
import type { History } from "./interactions.ts";
import { readControls } from "./interest-controls.ts";
import { type PersonState, readPersonSequence } from "./read-person.ts";
import { actionCodes, hasItem, type SequenceQuery } from "./read-sequence.ts";
import { type RowsView, rowAt } from "./rows-view.ts";
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
  const rows: SequenceRow[] = [];
  await visitEngagements(context, person, query, (view, n) => rows.push(rowAt(view, n)));
  return rows;
}

/** As {@link readEngagements}, each where it lies, for who wants little of many. */
export async function visitEngagements(
  context: HistoryContext,
  person: PersonState,
  query: EngagementQuery,
  visit: (rows: RowsView, n: number) => void,
): Promise<void> {
  const [window, controls] = await Promise.all([
    readActionRows(context, person, query),
    readControls(context.state, person),
  ]);
  window.forEach((rows, n) => {
    const itemRow = rows.itemRow(n);
    if (!hasItem({ itemRow })) return;
    if (controls.isEmpty || controls.counts(context.catalogue.at(itemRow), rows.timestampMs(n)))
      visit(rows, n);
  });
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
