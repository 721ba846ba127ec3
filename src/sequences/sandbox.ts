import type { StateEntry, StateRange, StateReader } from "#storage";
import { encodeCounts } from "./event-counts.ts";
import { type PersonState, readPerson, readPersonSequence } from "./read-person.ts";
import { compareRows, encodeBlock, type SequenceRow, splitIntoBlocks } from "./sequence-block.ts";
import { encodeChoices } from "./standing-choices.ts";
import { blockKey, blockPrefix, headKey } from "./state-keys.ts";
import { emptyHead, encodeHead } from "./user-head.ts";
import { encodeTraitChanges } from "./user-record.ts";

/**
 * @file A sandbox is a state reader in which one person has another sequence, and everything else is as it is. Whatever reads state
 * (profiles, recommendations) answers from it by the code that serves, and nothing can be stored, for a reader cannot write.
 */
export interface SequenceEdits {
  readonly added: readonly SequenceRow[];
  /** Event ids. */
  readonly removed: ReadonlySet<string>;
}

/** The state in which the person with these ids had lived otherwise. The first id is the one they are known by. */
export async function sandboxOf(
  state: StateReader,
  userIds: readonly [string, ...string[]],
  edits: SequenceEdits,
): Promise<StateReader> {
  const person = await readPerson(state, userIds);
  const hidden = userIds.flatMap((userId) => [headKey(userId), blockPrefix(userId)]);
  return new Sandbox(state, hidden, await entriesOf(state, userIds[0], person, edits));
}

/** The rows that are left, with those added, oldest first. */
async function editedRows(
  state: StateReader,
  person: PersonState | undefined,
  { added, removed }: SequenceEdits,
): Promise<SequenceRow[]> {
  const everything = { limit: Number.MAX_SAFE_INTEGER, asOfMs: Number.MAX_SAFE_INTEGER };
  const rows = person ? (await readPersonSequence(state, person, everything)).rows() : [];
  return [...rows.filter(({ eventId }) => !removed.has(eventId)), ...added].sort(compareRows);
}

async function entriesOf(
  state: StateReader,
  userId: string,
  person: PersonState | undefined,
  edits: SequenceEdits,
): Promise<StateEntry[]> {
  const rows = await editedRows(state, person, edits);
  const blocks = splitIntoBlocks(rows);
  const [oldest, newest] = [rows[0], rows.at(-1)];
  const record = person?.record;
  if (!record && !newest) return [];
  const grown = rows.length - (record?.rowCount ?? 0);
  const newestBlock = blocks.at(-1)?.[0];
  const head = encodeHead({
    ...emptyHead(),
    firstMs: Math.min(record?.firstMs ?? Number.POSITIVE_INFINITY, oldest?.timestampMs ?? Infinity),
    lastMs: Math.max(record?.lastMs ?? 0, newest?.timestampMs ?? 0),
    eventCount: Math.max(rows.length, (record?.eventCount ?? 0) + grown),
    rowCount: rows.length,
    newestBlock: newestBlock && { timestampMs: newestBlock.timestampMs, offset: newestBlock.offset },
    sealedMs: newest?.timestampMs,
    counts: encodeCounts(record?.counts ?? {}),
    traits: encodeTraitChanges(record?.identified ?? []),
    choices: encodeChoices(record?.consent),
  });
  return [
    { key: headKey(userId), value: head },
    ...blocks.map((block) => ({ key: blockKey(userId, block[0]!), value: encodeBlock(block) })), // never empty
  ];
}

/** The entries given in place of all that begin with one of the prefixes. */
class Sandbox implements StateReader {
  readonly #state: StateReader;
  readonly #hidden: readonly Uint8Array[];
  readonly #entries: readonly StateEntry[];
  readonly #values: ReadonlyMap<string, Uint8Array>;

  /** `entries` in key order. */
  constructor(state: StateReader, hidden: readonly Uint8Array[], entries: readonly StateEntry[]) {
    this.#state = state;
    this.#hidden = hidden;
    this.#entries = entries;
    this.#values = new Map(entries.map(({ key, value }) => [nameOf(key), value]));
  }

  async get(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const stored = await this.#state.get(keys);
    return keys.map((key, n) => (this.#isHidden(key) ? this.#values.get(nameOf(key)) : stored[n]));
  }

  /** Of ranges within one person, as all that are read for a person are. */
  async scan(range: StateRange): Promise<readonly StateEntry[]> {
    const { prefix, from, reverse = false, limit } = range;
    if (!this.#isHidden(prefix)) return this.#state.scan(range);
    const found = this.#entries.filter(({ key }) => {
      if (!startsWith(key, prefix)) return false;
      const order = from ? Buffer.compare(key, from) : 0;
      return reverse ? order <= 0 : order >= 0;
    });
    return (reverse ? found.reverse() : found).slice(0, limit);
  }

  #isHidden(key: Uint8Array): boolean {
    return this.#hidden.some((prefix) => startsWith(key, prefix));
  }
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && Buffer.compare(key.subarray(0, prefix.length), prefix) === 0;
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString("latin1");
}
