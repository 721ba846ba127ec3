import { SHARED_PARTITION } from "#events";
import { countInLog, countMentions } from "#governance";
import { readPerson } from "#sequences";
import type { Platform } from "../platform.ts";

/** Whether anything is kept of the ids that an erasure would remove; also of somebody who only asked, or was only rejected. */
export async function hasTraces(platform: Platform, ids: readonly string[]): Promise<boolean> {
  const { state, deadLetters, servedLists, servedFeatures } = platform;
  await servedLists.flush(); // a list of this moment counts
  return (
    (await hasUnapplied(platform, ids)) || // the log first: what is applied meanwhile shows in the state
    (await readPerson(state, ids)) !== undefined ||
    (await countMentions(deadLetters, ids)) > 0 ||
    (await countMentions(servedLists, ids)) > 0 ||
    (await servedFeatures.count(ids)) > 0
  );
}

/** Of events only: links between ids are not applied to state. */
async function hasUnapplied({ log, applier }: Platform, ids: readonly string[]): Promise<boolean> {
  const applied = applier.appliedOffsets();
  const ends = applied.map((offset, partition) =>
    partition === SHARED_PARTITION ? offset : log.end(partition),
  );
  return (await countInLog(log, ids, applied, ends)) > 0;
}
