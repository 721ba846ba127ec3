import { DeadLetters } from "#events";
import { paths } from "./data-folder.ts";
import { type KeptLogOptions, openKeptLog } from "./set-aside.ts";

const MIB = 1024 * 1024;
/** Room for tens of thousands of rejected events; more of them say nothing new. */
const MAX_BYTES = 64 * MIB;
const SEGMENT_BYTES = 4 * MIB;

/** The dead letters of a data folder. */
export function openDeadLetters(folder: string, options: KeptLogOptions): Promise<DeadLetters> {
  const sizes = { maxBytes: MAX_BYTES, segmentBytes: SEGMENT_BYTES };
  const kept = { what: "dead letters", path: paths.deadLetters(folder), ...sizes };
  return openKeptLog(kept, options, DeadLetters);
}
