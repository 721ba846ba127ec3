import type { ActionKind } from "#declarations";
import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import {
  actionCodes,
  hasItem,
  type PersonState,
  type RowsView,
  readPerson,
  readPersonSequence,
  SEQUENCE_ROWS,
  type SequenceQuery,
  type SequenceWindow,
  usableFor,
} from "#sequences";
import type { StateReader } from "#storage";

export interface PersonReaderParts {
  readonly state: StateReader;
  readonly catalogue: Catalogue;
  readonly identity: IdentityGraph;
  readonly actions: Actions;
  /** What a list uses events for; those that may not be used for it do not count. */
  readonly purpose: NamedPurpose;
}

/** Which rows of a person. */
export interface WantedRows extends Pick<SequenceQuery, "asOfMs" | "sinceMs"> {
  /** Of actions of this kind. */
  readonly kind: ActionKind;
}

/** Reads of a person what may be used for a list. */
export class PersonReader {
  readonly #parts: PersonReaderParts;

  constructor(parts: PersonReaderParts) {
    this.#parts = parts;
  }

  person(userId: string): Promise<PersonState | undefined> {
    return readPerson(this.#parts.state, this.#parts.identity.idsOf(userId));
  }

  /** All rows that a sequence keeps, newest first; of no item ({@link itemsIn} leaves those out) too. */
  rowsOf(person: PersonState, { kind, ...times }: WantedRows): Promise<SequenceWindow> {
    const { state, catalogue, actions, purpose } = this.#parts;
    const names = catalogue.actions.names().filter((name) => actions.named(name)?.kind === kind);
    const isUsable = usableFor(purpose, person.record.consent, catalogue);
    const query = { limit: SEQUENCE_ROWS, actions: actionCodes(catalogue, names), isUsable, ...times };
    return readPersonSequence(state, person, query);
  }

  /** How much wanting an action shows, by its code. */
  strengthOf(action: number): number {
    const { catalogue, actions } = this.#parts;
    return actions.named(catalogue.actions.nameOf(action))?.strength ?? 0;
  }
}

/** A row where it lies. */
export interface RowPlace {
  readonly rows: RowsView;
  readonly n: number;
}

/** The rows of a window that are about an item, newest first. */
export function itemsIn(window: SequenceWindow): RowPlace[] {
  const places: RowPlace[] = [];
  window.forEach((rows, n) => {
    if (hasItem({ itemRow: rows.itemRow(n) })) places.push({ rows, n });
  });
  return places;
}
