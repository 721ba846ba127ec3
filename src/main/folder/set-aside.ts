import { rename, rm } from "node:fs/promises";
import { PlatformError } from "#base";
import { SegmentedEventLog } from "#storage";

/** @file Logs beside the event log that nothing is derived from: damaged ones are set aside and keep nobody from starting. */

export interface KeptLogOptions {
  readonly onNotice: (message: string) => void;
  /** Beside a running server, or to look only. */
  readonly isReadOnly?: boolean;
}

export interface KeptLog {
  /** In the plural. */
  readonly what: string;
  readonly path: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
}

/** What reads such a log once it is open. */
interface Opens<Kept> {
  open(options: {
    readonly log: SegmentedEventLog;
    readonly maxBytes: number;
    readonly segmentBytes: number;
    readonly onNotice: (message: string) => void;
  }): Promise<Kept>;
}

/** Opens the log. One that cannot be read is set aside, with a notice, and begun anew; unless it is only to be read. */
export async function openKeptLog<Kept>(
  { what, path, maxBytes, segmentBytes }: KeptLog,
  { onNotice, isReadOnly = false }: KeptLogOptions,
  kept: Opens<Kept>,
): Promise<Kept> {
  const open = async (): Promise<Kept> => {
    const options = { partitionCount: 1, segmentBytes, isReadOnly, onRecovery: onNotice };
    const log = await SegmentedEventLog.open(path, options);
    try {
      return await kept.open({ log, maxBytes, segmentBytes, onNotice });
    } catch (error) {
      await log.close();
      throw error;
    }
  };
  try {
    return await open();
  } catch (error) {
    if (isReadOnly || !(error instanceof PlatformError && error.code === "data-damaged")) throw error;
    await rm(damaged(path), { recursive: true, force: true });
    await rename(path, damaged(path));
    onNotice(`the ${what} cannot be read and were set aside as ${damaged(path)}`);
    return open();
  }
}

/** Where records lie that could not be read. */
export function damaged(path: string): string {
  return `${path}-damaged`;
}
