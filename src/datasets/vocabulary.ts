/** Gives each id a row, 0-based, in the order of first sight. */
export class Vocabulary<Id extends string | number> {
  readonly #rows = new Map<Id, number>();
  readonly #ids: Id[] = [];

  /** The id's row, a new one when it was never seen. */
  rowOf(id: Id): number {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    this.#rows.set(id, this.#ids.length);
    return this.#ids.push(id) - 1;
  }

  /** The id's row, undefined when it was never seen. */
  find(id: Id): number | undefined {
    return this.#rows.get(id);
  }

  /** Row -> id. */
  get ids(): readonly Id[] {
    return this.#ids;
  }
}
