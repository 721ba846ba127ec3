import type { FeatureValue } from "../aggregation.ts";
import type { Answer } from "./accumulation.ts";

/** Whether there is such a feature of somebody; Feast's words. */
export const STATUSES = ["PRESENT", "NULL_VALUE", "NOT_FOUND", "OUTSIDE_MAX_AGE"] as const;
export type Status = (typeof STATUSES)[number];

/** What a feature of a person is now, and whether there is such a thing. */
export interface OnlineValue extends Answer {
  readonly status: Status;
  /** True when its window reaches behind the rows that are kept: the value is of a part. */
  readonly isCut?: boolean;
}

export const NOT_FOUND: OnlineValue = { status: "NOT_FOUND", value: null, newestMs: undefined };

/**
 * What was asked for of some people or items: a row for each, a column for each feature, in which column lies by column, as it is answered. A request
 * has thousands of values: none is an object of its own.
 */
export class ValueTable {
  readonly rows: number;
  readonly columns: number;
  readonly #values: FeatureValue[];
  readonly #statuses: Status[];
  /** NaN where no event is reflected. A list, for of a small answer the memory of a typed one would cost more than all else in here. */
  readonly #newestMs: number[];
  /** The little that few values have. */
  readonly #more = new Map<number, Pick<OnlineValue, "isCut" | "under">>();

  /** All NOT_FOUND. */
  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#values = new Array<FeatureValue>(rows * columns).fill(null);
    this.#statuses = new Array<Status>(rows * columns).fill("NOT_FOUND");
    this.#newestMs = new Array<number>(rows * columns).fill(Number.NaN);
  }

  /** Of rows as long as there are columns. */
  static of(rows: readonly (readonly OnlineValue[])[], columns: number): ValueTable {
    const table = new ValueTable(rows.length, columns);
    for (const [n, values] of rows.entries())
      for (const [column, value] of values.entries()) table.set(n, column, value.status, value, value.isCut);
    return table;
  }

  set(row: number, column: number, status: Status, { value, newestMs, under }: Answer, isCut = false): void {
    this.tell(row, column, status, value, newestMs ?? Number.NaN);
    if (!isCut && !under) return;
    this.#more.set(column * this.rows + row, { ...(isCut && { isCut }), ...(under && { under }) });
  }

  /** As {@link set}, of a whole value of its own; `newestMs` is NaN where no event is reflected. */
  tell(row: number, column: number, status: Status, value: FeatureValue, newestMs: number): void {
    const place = column * this.rows + row;
    this.#values[place] = value;
    this.#statuses[place] = status;
    this.#newestMs[place] = newestMs;
  }

  value(row: number, column: number): FeatureValue {
    return this.#values[column * this.rows + row]!; // a place
  }

  status(row: number, column: number): Status {
    return this.#statuses[column * this.rows + row]!; // a place
  }

  /** NaN where no event is reflected. */
  newestMs(row: number, column: number): number {
    return this.#newestMs[column * this.rows + row]!; // a place
  }

  at(row: number, column: number): OnlineValue {
    const place = column * this.rows + row;
    const newestMs = this.#newestMs[place]!;
    return {
      status: this.status(row, column),
      value: this.#values[place]!, // a place
      newestMs: Number.isNaN(newestMs) ? undefined : newestMs,
      ...this.#more.get(place),
    };
  }

  /** By row. */
  toRows(): OnlineValue[][] {
    return Array.from({ length: this.rows }, (_, row) =>
      Array.from({ length: this.columns }, (_, column) => this.at(row, column)),
    );
  }

  /** Whether all of two columns have the same status and reflect events of the same times. */
  isAlike(column: number, other: number): boolean {
    const [here, there] = [column * this.rows, other * this.rows];
    for (let row = 0; row < this.rows; row++) {
      if (this.#statuses[here + row] !== this.#statuses[there + row]) return false;
      const [one, another] = [this.#newestMs[here + row]!, this.#newestMs[there + row]!]; // places
      if (one !== another && !(Number.isNaN(one) && Number.isNaN(another))) return false;
    }
    return true;
  }
}
