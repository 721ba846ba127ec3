import type { Actions, Catalogue, IdentityGraph, NamedPurpose } from "#events";
import {
  type EngagementQuery,
  hasItem,
  type PersonControls,
  type PersonState,
  type RowsView,
  readActionRows,
  readControls,
  readPerson,
  SEQUENCE_ROWS,
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

/** A row about an item, where it lies. */
export interface RowPlace {
  readonly rows: RowsView;
  readonly n: number;
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

  /** All rows about an item that a sequence keeps, newest first. */
  async rowsOf(
    person: PersonState,
    query: Omit<EngagementQuery, "purpose" | "limit">,
  ): Promise<readonly RowPlace[]> {
    const { purpose } = this.#parts;
    const window = await readActionRows(this.#parts, person, { ...query, purpose, limit: SEQUENCE_ROWS });
    const places: RowPlace[] = [];
    window.forEach((rows, n) => {
      if (hasItem({ itemRow: rows.itemRow(n) })) places.push({ rows, n });
    });
    return places;
  }

  /** What the person muted or had forgotten. */
  controlsOf(person: PersonState): Promise<PersonControls> {
    return readControls(this.#parts.state, person);
  }

  /** How much wanting an action shows, by its code. */
  strengthOf(action: number): number {
    const { catalogue, actions } = this.#parts;
    return actions.named(catalogue.actions.nameOf(action))?.strength ?? 0;
  }
}
