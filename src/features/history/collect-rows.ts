import type { ProgressListener } from "#base";
import type { NamedPurpose } from "#declarations";
import { type Catalogue, type EventView, type IdentityGraph, isStandingChoice, viewEvent } from "#events";
import {
  countChoices,
  droppedRecords,
  duplicatesBetween,
  joinChoices,
  readAllProgress,
  type StandingChoices,
} from "#sequences";
import type { EventLog, Lake, LogRecord, StateReader } from "#storage";
import type { EntityPlan } from "../definition/plan.ts";
import { decodeRows, type FeatureRow, RowMaker } from "../feature-row.ts";
import { PackedWriter } from "../packed-bytes.ts";
import { isContested, settleRows } from "../person-consent.ts";
import { standsWith } from "../state/apply-features.ts";
import { sortSlices } from "../state/row-slices.ts";

/** Where the past is: the log, and the lake for what retention has dropped from it. */
export interface PastEvents {
  readonly log: EventLog;
  /** Opened when the log does not reach back to the beginning. */
  readonly lake: () => Promise<Lake>;
  /** Knows which records repeat an event; the past goes as far as it does. */
  readonly state: StateReader;
  readonly identity: IdentityGraph;
  readonly catalogue: Catalogue;
}

const BATCH_RECORDS = 10_000;

/**
 * The rows that features are made of, for the ids wanted (or everybody), by the very step that streams them, in the order of the log;
 * each event once, and of each only what may be used. O(log); 20 to 40 bytes of memory a row.
 */
export async function collectRows(
  past: PastEvents,
  plan: EntityPlan,
  wanted: ReadonlySet<string> | undefined,
  progress: ProgressListener,
): Promise<CollectedRows> {
  const rows = new CollectedRows(plan, past, wanted);
  await readPast(past, [rows], progress);
  return rows;
}

/** What is told of every event of the past, each once, those of a person in the order of the log. */
export interface PastListener {
  take(event: EventView, offset: number, partition: number): void;
}

/** Reads the past once for all who listen. */
export async function readPast(
  { log, state, lake }: PastEvents,
  listeners: readonly PastListener[],
  progress: ProgressListener,
): Promise<void> {
  const tell = (records: readonly LogRecord[], partition: number, repeated: ReadonlySet<number>): void => {
    for (const { offset, bytes } of records) {
      if (bytes.length === 0 || repeated.has(offset)) continue; // an empty one was erased
      const event = viewEvent(bytes);
      for (const listener of listeners) listener.take(event, offset, partition);
    }
  };
  const starts = Array.from({ length: log.partitionCount }, (_, partition) => log.start(partition));
  if (starts.some((start, partition) => partition > 0 && start > 0))
    for await (const { records, partition } of droppedRecords(await lake(), starts))
      tell(records, partition, new Set());
  const ends = (await readAllProgress(state, log.partitionCount)).map(({ offset }) => offset);
  const total = ends.reduce(
    (sum, end, partition) => (partition === 0 ? sum : sum + end - starts[partition]!),
    0,
  );
  let done = 0;
  for (let partition = 1; partition < log.partitionCount; partition++) {
    for (let from = starts[partition]!; from < ends[partition]!; ) {
      const records = await log.read(partition, from, Math.min(BATCH_RECORDS, ends[partition]! - from));
      const to = records.at(-1)!.offset + 1;
      tell(records, partition, await duplicatesBetween(state, partition, from, to));
      done += to - from;
      from = to;
      progress({ stage: "reading the log", done, total });
    }
  }
}

/** What was collected of one id. */
interface Collected {
  readonly rows: PackedWriter;
  /** Of an id of a person of several: what the others' choices may decide otherwise. */
  readonly undecided: PackedWriter | undefined;
  choices: StandingChoices | undefined;
}

type WhoAndWhat = Pick<PastEvents, "identity" | "catalogue">;

export class CollectedRows implements PastListener {
  readonly #plan: EntityPlan;
  readonly #who: WhoAndWhat;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #maker: RowMaker;
  /** Those that any of its features is for. */
  readonly #purposes: readonly NamedPurpose[];
  readonly #byUser = new Map<string, Collected>();
  rowCount = 0;
  /** Time of the newest event seen, ms. */
  newestMs = 0;

  constructor(plan: EntityPlan, who: WhoAndWhat, wanted?: ReadonlySet<string>) {
    this.#plan = plan;
    this.#who = who;
    this.#wanted = wanted;
    this.#maker = new RowMaker(plan, who.catalogue);
    const purposes = plan.sources.flatMap(({ streams }) => streams.map(({ purpose }) => purpose));
    this.#purposes = [...new Map(purposes.map((purpose) => [purpose.name, purpose])).values()];
  }

  take(event: EventView, offset: number): void {
    this.newestMs = Math.max(this.newestMs, Math.floor(event.timestampMs));
    const isRead = this.#maker.reads(event);
    if (!isRead && !isStandingChoice(event)) return;
    if (this.#wanted && !this.#wanted.has(event.userId)) return;
    const known = this.#byUser.get(event.userId);
    const choices = isStandingChoice(event)
      ? countChoices(known?.choices, event, this.#who.catalogue.purposes)
      : known?.choices;
    const collected = known ?? this.#nothingOf(event.userId);
    const isRow = isRead && this.#maker.appendRow(collected.rows, event, offset, standsWith(choices));
    const isUndecided =
      isRead && collected.undecided && this.#maker.appendUndecided(collected.undecided, event, offset);
    if (!isRow && !isUndecided && choices === known?.choices) return;
    if (!known) this.#byUser.set(event.userId, collected);
    collected.choices = choices;
    if (isRow) this.rowCount++;
  }

  #nothingOf(userId: string): Collected {
    const isOneOfSeveral = this.#who.identity.idsOf(userId).length > 1;
    return {
      rows: new PackedWriter(),
      undecided: isOneOfSeveral ? new PackedWriter() : undefined,
      choices: undefined,
    };
  }

  userIds(): IterableIterator<string> {
    return this.#byUser.keys();
  }

  /** Those of a person's ids, oldest first; `undefined` when there is nothing of any. */
  rowsOf(ids: readonly string[]): FeatureRow[] | undefined {
    const found = ids.flatMap((id) => this.#byUser.get(id) ?? []);
    const person = this.choicesOf(ids);
    const [first, ...others] = found.map(({ rows, undecided, choices }) => {
      const decided = decodeRows(rows.view(), this.#plan);
      const standing = { own: choices, person };
      if (!undecided || !person || !isContested(standing, this.#purposes, this.newestMs)) return decided;
      return settleRows(decided, decodeRows(undecided.view(), this.#plan), standing);
    });
    if (!first) return undefined;
    return sortSlices(others.length === 0 ? first : [first, ...others].flat());
  }

  choicesOf(ids: readonly string[]): StandingChoices | undefined {
    const said = ids.map((id) => this.#byUser.get(id)?.choices).filter((choices) => choices !== undefined);
    return said.length === 0 ? undefined : said.reduce(joinChoices);
  }
}
