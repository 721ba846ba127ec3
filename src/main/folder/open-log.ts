import { PlatformError } from "#base";
import { SegmentedEventLog, type SegmentedEventLogOptions, type StateStore } from "#storage";
import { paths } from "./data-folder.ts";

/**
 * The log of a folder whose state is open. Refused, state is let go of too, so that the folder can be opened again in this process.
 * @throws PlatformError `data-damaged` where retention has dropped what state lacks
 */
export async function openLog(
  folder: string,
  options: SegmentedEventLogOptions,
  state: StateStore,
): Promise<SegmentedEventLog> {
  try {
    const log = await SegmentedEventLog.open(paths.log(folder), options);
    const { acknowledged = [] } = options;
    if (acknowledged.every((offset, partition) => offset >= log.start(partition))) return log;
    await log.close();
    throw new PlatformError(
      "data-damaged",
      `the state of ${folder} is missing or older than the log, whose oldest events retention has dropped. Build it again, from lake ` +
        "and log, with: inkling replay (and the same --data and --dataset)",
    );
  } catch (error) {
    await state.close();
    throw error;
  }
}
