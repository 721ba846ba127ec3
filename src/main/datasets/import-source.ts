import type { ItemInput, SegmentMessage } from "#api";
import { PlatformError, type ProgressListener } from "#base";
import type { RejectedRows } from "#datasets";
import { isFilled } from "../folder/data-folder.ts";
import type { Platform } from "../platform.ts";

/** Anything that can fill the platform: a data set, the world, a person's own files. It speaks the platform's own events. */
export interface ImportSource {
  readonly name: string;
  /** Another for what has other messages. Absent where the folder is the source's own. */
  readonly fingerprint?: string;
  readonly clock: "system" | "historical";
  readonly areTimesMadeUp: boolean;
  items(): Iterable<ItemInput>;
  /**
   * Messages in runs, from position `from` on: the same ones in the same order every time, each with a `messageId`, so that
   * an import that was cut off can go on.
   */
  runs(from: number): AsyncIterable<MessageRun> | Iterable<MessageRun>;
  /** About how many messages there are; `undefined` when nobody knows. */
  readonly expectedMessages: number | undefined;
  /** Rows of the source that could not be read. */
  readonly rejectedRows: RejectedRows;
}

export interface MessageRun {
  readonly messages: readonly SegmentMessage[];
  /** Where the next run begins. */
  readonly next: number;
}

/** Large enough to share a flush, small enough for steady progress. */
const RUN_MESSAGES = 10_000;
const BATCH_ITEMS = 2000;
/** Runs that are stored and not applied yet: the applier is quickest when it takes several at once. */
const RUNS_AHEAD = 8;

/**
 * Feeds the source through the one way in, from where an earlier import of it stopped; of another source that was cut off nothing is skipped, and of
 * one that came in whole neither, for its ids keep it from adding anything.
 */
export async function importSource(
  platform: Platform,
  source: ImportSource,
  progress: ProgressListener,
): Promise<void> {
  const { ingestion } = platform;
  const begun = platform.manifest.imported;
  const goesOn = !begun.isComplete && (begun.source === undefined || begun.source === source.fingerprint);
  let { messages: stored, rejected } = goesOn ? begun : { messages: 0, rejected: 0 };
  const record = (isComplete: boolean): Promise<void> =>
    platform.recordImport({
      ...{ messages: stored, rejected, isComplete },
      ...(isFilled(platform.manifest) && { wasFilled: true as const }),
      ...(source.fingerprint !== undefined && { source: source.fingerprint }),
    });
  if (stored === 0) {
    for (const batch of batches(source.items(), BATCH_ITEMS))
      throwIfRejected(await ingestion.ingestItems(batch));
  }
  const total = source.expectedMessages ?? 0;
  let recorded = stored;
  const applying: Promise<unknown>[] = [];
  for await (const { messages, next } of source.runs(stored)) {
    const { result, applied } = await ingestion.storeMessages(messages);
    applying.push(applied);
    if (applying.length > RUNS_AHEAD) await applying.shift();
    rejected += result.rejected.length;
    stored = next;
    if (stored - recorded >= RUN_MESSAGES) {
      await record(false);
      recorded = stored;
    }
    progress({ stage: "storing events", done: stored, total: Math.max(total, stored) });
  }
  await Promise.all(applying);
  progress({ stage: "storing events", done: stored, total: stored });
  await record(true);
}

/** Runs of a source that can only be walked from its beginning. */
export function* runsOf(messages: Iterable<SegmentMessage>, from: number): Generator<MessageRun> {
  let next = 0;
  for (const run of batches(messages, RUN_MESSAGES)) {
    next += run.length;
    if (next > from) yield { messages: run, next };
  }
}

/** Our loaders make the items; one that is refused is our mistake. */
function throwIfRejected({
  rejected: [first],
}: {
  rejected: readonly { path: string; message: string }[];
}): void {
  if (first)
    throw new PlatformError(
      "internal",
      `an item of the data set was refused: ${first.path} ${first.message}`,
    );
}

function* batches<Value>(values: Iterable<Value>, size: number): Generator<Value[]> {
  let batch: Value[] = [];
  for (const value of values) {
    batch.push(value);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
