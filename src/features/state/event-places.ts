import type { StateOperation, StateReader } from "#storage";
import { PackedReader, PackedWriter } from "../packed-bytes.ts";
import { placesKey, placesPrefix } from "./feature-keys.ts";

/**
 * @file Where in their partition of the log the events of an id lie that its features read, and its choices: a byte or two an event, so
 * that what was summed up can be settled anew when another id of the person turns out to have chosen otherwise. In blocks, in the
 * order of arrival, each place as its distance from the one before. Of an id with more of them than are kept none is: what was summed up could not be settled from a part.
 */
const BLOCK_PLACES = 1024;
const BLOCKS_KEPT = 16;
const MOST_PLACES = BLOCK_PLACES * BLOCKS_KEPT;

/** Used again and again: what is taken from it is a copy. */
const writer = new PackedWriter();

export function encodePlaces(offsets: readonly number[]): Uint8Array {
  const out = writer.reset();
  for (const offset of offsets) out.place(offset);
  return out.take();
}

export function decodePlaces(bytes: Uint8Array): number[] {
  const reader = new PackedReader(bytes);
  const offsets: number[] = [];
  while (!reader.isAtEnd) offsets.push(reader.place());
  return offsets;
}

/** The places of one id on their way through a run of events. */
export class PlaceWriter {
  readonly #userId: string;
  readonly #state: StateReader;
  /** `undefined` for one that goes. */
  readonly #blocks = new Map<number, number[] | undefined>();
  /** Ever written away, or given up. */
  count: number;

  constructor(userId: string, count: number, state: StateReader) {
    this.#userId = userId;
    this.#state = state;
    this.count = count;
  }

  async add(offsets: readonly number[]): Promise<void> {
    if (this.count + offsets.length > MOST_PLACES) return this.#giveUp(offsets.length);
    for (const offset of offsets) {
      const block = Math.floor(this.count++ / BLOCK_PLACES);
      let places = this.#blocks.get(block);
      if (!places) {
        const [stored] = await this.#state.get([placesKey(this.#userId, block)]);
        places = stored ? decodePlaces(stored) : [];
        this.#blocks.set(block, places);
      }
      places.push(offset);
    }
  }

  #giveUp(count: number): void {
    if (this.count <= MOST_PLACES)
      for (let block = 0; block < BLOCKS_KEPT; block++) this.#blocks.set(block, undefined);
    this.count += count;
  }

  operations(): StateOperation[] {
    return Array.from(this.#blocks, ([block, places]) => {
      const key = placesKey(this.#userId, block);
      return places ? { kind: "put", key, value: encodePlaces(places) } : { kind: "delete", key };
    });
  }
}

/** Those that were written away; `undefined` where they were given up. */
export async function readPlaces(
  state: StateReader,
  userId: string,
  count: number,
): Promise<number[] | undefined> {
  if (count === 0) return [];
  if (count > MOST_PLACES) return undefined;
  const blocks = await state.scan({ prefix: placesPrefix(userId), limit: BLOCKS_KEPT });
  return blocks.flatMap(({ value }) => decodePlaces(value));
}
