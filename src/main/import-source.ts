import type { ItemInput, SegmentMessage } from "#api";
import { PlatformError, type ProgressListener } from "#base";
import type { RejectedRows } from "#datasets";
import type { Platform } from "./platform.ts";

/** Anything that can fill the platform: a data set, the world. It speaks the platform's own events and nothing else. */
export interface ImportSource {
  readonly name: string;
  readonly clock: "system" | "historical";
  readonly areTimesMadeUp: boolean;
  items(): Iterable<ItemInput>;
  /** The same messages in the same order every time, each with a `messageId`: an import that was cut off can go on. */
  messages(): Iterable<SegmentMessage>;
  /** About how many messages there are. */
  readonly expectedMessages: number;
  /** Rows of the source that could not be read. */
  readonly rejectedRows: RejectedRows;
}

/** Large enough to share a flush, small enough for steady progress. */
const BATCH_MESSAGES = 10_000;
const BATCH_ITEMS = 2000;

/** Feeds the source through the one way in, from where an earlier import of it stopped. */
export async function importSource(
  platform: Platform,
  source: ImportSource,
  progress: ProgressListener,
): Promise<void> {
  const { ingestion } = platform;
  let { messages: stored, rejected } = platform.manifest.imported;
  if (stored === 0) {
    for (const batch of batches(source.items(), BATCH_ITEMS))
      throwIfRejected(await ingestion.ingestItems(batch));
  }
  let position = 0;
  const total = source.expectedMessages;
  for (const batch of batches(source.messages(), BATCH_MESSAGES)) {
    position += batch.length;
    if (position <= stored) continue;
    const result = await ingestion.ingestMessages(batch);
    rejected += result.rejected.length;
    stored = position;
    await platform.recordImport({ messages: stored, rejected, isComplete: false });
    progress({ stage: "storing events", done: stored, total: Math.max(total, stored) });
  }
  progress({ stage: "storing events", done: stored, total: stored });
  await platform.recordImport({ messages: stored, rejected, isComplete: true });
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
