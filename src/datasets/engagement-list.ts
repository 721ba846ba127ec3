import { SECOND_MS } from "#base";
import type { DatasetContents, Engagements } from "./dataset.ts";

/** One thing one person did, on its way into the columns. */
export interface EngagementRow {
  readonly user: number;
  readonly item: number;
  /** Position in the list's `actionNames`. */
  readonly action: number;
  /** Left out where the source kept order only. */
  readonly timestampMs?: number;
  readonly value?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Where made-up times begin: 2000-01-01T00:00:00Z. */
export const ORDER_EPOCH_MS = Date.UTC(2000, 0, 1);

/**
 * Gathers what people did and lays it out in columns. With clock `utc` the rows come in any order and are sorted by
 * time (ties keep the order of the file); with clock `order` the rows of a person come in the order that the source
 * kept, and the n-th gets the time n seconds after 2000-01-01.
 */
export class EngagementList {
  readonly #clock: DatasetContents["clock"];
  readonly #actionNames: readonly string[];
  readonly #users: number[] = [];
  readonly #items: number[] = [];
  readonly #actions: number[] = [];
  readonly #timestampsMs: number[] = [];
  readonly #values: number[] = [];
  readonly #details: (Readonly<Record<string, unknown>> | undefined)[] = [];
  readonly #countOfUser: number[] = [];

  constructor(clock: DatasetContents["clock"], actionNames: readonly string[]) {
    this.#clock = clock;
    this.#actionNames = actionNames;
  }

  push(row: EngagementRow): void {
    const ordinal = this.#countOfUser[row.user] ?? 0;
    this.#countOfUser[row.user] = ordinal + 1;
    const madeUpMs = ORDER_EPOCH_MS + ordinal * SECOND_MS;
    this.#users.push(row.user);
    this.#items.push(row.item);
    this.#actions.push(row.action);
    this.#timestampsMs.push(this.#clock === "utc" ? (row.timestampMs ?? madeUpMs) : madeUpMs);
    if (row.value !== undefined) this.#values[this.#users.length - 1] = row.value;
    if (row.details !== undefined) this.#details[this.#users.length - 1] = row.details;
  }

  /** The columns; value and detail columns exist when any row had one. O(n log n) with clock `utc`, else O(n). */
  finish(): Engagements {
    const times = this.#timestampsMs;
    const order = Uint32Array.from(times.keys());
    if (this.#clock === "utc") order.sort((left, right) => times[left]! - times[right]! || left - right);
    const details = this.#details;
    const values = this.#values;
    return {
      actionNames: this.#actionNames,
      users: Uint32Array.from(order, (row) => this.#users[row]!),
      items: Uint32Array.from(order, (row) => this.#items[row]!),
      actions: Uint8Array.from(order, (row) => this.#actions[row]!),
      timestampsMs: Float64Array.from(order, (row) => times[row]!),
      ...(values.length > 0 && { values: Float32Array.from(order, (row) => values[row] ?? Number.NaN) }),
      ...(details.length > 0 && { details: (position: number) => details[order[position]!] ?? {} }),
    };
  }
}
