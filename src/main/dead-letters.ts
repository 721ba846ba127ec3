import { rename, rm } from "node:fs/promises";
import { PlatformError } from "#base";
import { DeadLetters } from "#events";
import { SegmentedEventLog, type SegmentedEventLogOptions } from "#storage";
import { paths } from "./data-folder.ts";

const MIB = 1024 * 1024;
/** Room for tens of thousands of rejected events; more of them say nothing new. */
const MAX_BYTES = 64 * MIB;
const SEGMENT_BYTES = 4 * MIB;

export interface DeadLetterOptions {
  readonly onNotice: (message: string) => void;
  /** Beside a running server, or to look only. */
  readonly isReadOnly?: boolean;
}

/** The dead letters of a data folder. Nothing is derived from them, so damaged ones are set aside and keep nobody from starting. */
export async function openDeadLetters(
  folder: string,
  { onNotice, isReadOnly = false }: DeadLetterOptions,
): Promise<DeadLetters> {
  const path = paths.deadLetters(folder);
  const options = { partitionCount: 1, segmentBytes: SEGMENT_BYTES, isReadOnly };
  const open = (): Promise<DeadLetters> => openIn(path, { ...options, onRecovery: onNotice }, onNotice);
  try {
    return await open();
  } catch (error) {
    if (isReadOnly || !(error instanceof PlatformError && error.code === "data-damaged")) throw error;
    await rm(damagedDeadLetters(folder), { recursive: true, force: true });
    await rename(path, damagedDeadLetters(folder));
    onNotice(`the dead letters cannot be read and were set aside as ${damagedDeadLetters(folder)}`);
    return open();
  }
}

/** Where letters lie that could not be read. */
export function damagedDeadLetters(folder: string): string {
  return `${paths.deadLetters(folder)}-damaged`;
}

async function openIn(
  path: string,
  options: SegmentedEventLogOptions & { readonly segmentBytes: number },
  onNotice: (message: string) => void,
): Promise<DeadLetters> {
  const log = await SegmentedEventLog.open(path, options);
  try {
    return await DeadLetters.open({ log, maxBytes: MAX_BYTES, segmentBytes: options.segmentBytes, onNotice });
  } catch (error) {
    await log.close();
    throw error;
  }
}
