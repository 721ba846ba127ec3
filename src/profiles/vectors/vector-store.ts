import { Packr } from "msgpackr";
import type { ModelReference, Vector } from "#models";
import type { StateOperation, StateStore } from "#storage";

/**
 * @file Where long-term vectors lie until they are computed anew: a store of their own, derived from state and a model, which can be
 * thrown away (the next refresh fills it) and which erasure reaches.
 *
 *     "u" userId 0 "v"   the vector of the person whose first id this is, by the newest model that computed one
 *     "r"                how far the refreshing has come
 */
export interface LongVector extends Vector {
  /** Time of the newest engagement it reflects. */
  readonly asOfMs: number;
  readonly computedAtMs: number;
  /** Part of the engagements that were read that the model knows. */
  readonly completeness: number;
  /** Ids whose events it was computed of. */
  readonly ids: readonly string[];
  /** Which choices of the person it was computed under: while they stand, it may be used. */
  readonly consent: number;
}

/** A pass over people, in the order of their ids. */
export interface RefreshProgress {
  readonly version: ModelReference;
  /** Per partition of the log, from where changes count; absent when the pass is over everybody. */
  readonly from?: readonly number[];
  /** Per partition, up to where the pass reflects the log. */
  readonly to: readonly number[];
  /** The last person who is done; absent at the beginning of a pass. */
  readonly after?: string;
  /** When the pass ended, ms of the machine's clock; absent while it is under way. */
  readonly finishedMs?: number;
}

const PROGRESS = Buffer.from("r");
const packr = new Packr({ useRecords: false, useToJSON: false });

export class VectorStore {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  async get(personId: string): Promise<LongVector | undefined> {
    const [bytes] = await this.#store.get([keyOf(personId)]);
    return bytes && decode(bytes);
  }

  async progress(): Promise<RefreshProgress | undefined> {
    const [bytes] = await this.#store.get([PROGRESS]);
    return bytes && (packr.unpack(bytes) as RefreshProgress); // written by `put`
  }

  /** What was computed and how far that is, in one step. A person without a vector loses the one they had. */
  put(vectors: ReadonlyMap<string, LongVector | undefined>, progress: RefreshProgress): Promise<void> {
    const operations = Array.from(vectors, ([personId, vector]): StateOperation => {
      const key = keyOf(personId);
      return vector ? { kind: "put", key, value: encode(vector) } : { kind: "delete", key };
    });
    return this.#store.write([...operations, { kind: "put", key: PROGRESS, value: packr.pack(progress) }]);
  }

  /** Removes what there is of the ids; returns how much that was. A pass that stands at one of them begins anew. */
  async forget(ids: readonly string[]): Promise<number> {
    const found = await this.#store.get(ids.map(keyOf));
    const operations: StateOperation[] = ids
      .filter((_, n) => found[n])
      .map((id) => ({ kind: "delete", key: keyOf(id) }));
    const { after, ...progress } = (await this.progress()) ?? { after: undefined };
    if (after !== undefined && ids.includes(after))
      operations.push({ kind: "put", key: PROGRESS, value: packr.pack(progress) });
    await this.#store.write(operations);
    await this.#store.compact();
    return found.filter(Boolean).length;
  }

  async count(ids: readonly string[]): Promise<number> {
    return (await this.#store.get(ids.map(keyOf))).filter(Boolean).length;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

function keyOf(personId: string): Uint8Array {
  return Buffer.from(`u${personId}\0v`);
}

function encode({ values, ...fields }: LongVector): Uint8Array {
  return packr.pack([fields, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}

function decode(bytes: Uint8Array): LongVector {
  const [fields, packed] = packr.unpack(bytes) as [Omit<LongVector, "values">, Uint8Array]; // our own
  return { ...fields, values: new Float32Array(new Uint8Array(packed).buffer) }; // a copy, for alignment
}
