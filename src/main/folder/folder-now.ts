import { SystemClock } from "#base";
import { readAllProgress } from "#sequences";
import type { StateReader } from "#storage";
import type { DataManifest } from "./data-folder.ts";

/** Now by the folder's clock. */
export async function nowOf(
  { clock, partitionCount }: Pick<DataManifest, "clock" | "partitionCount">,
  state: StateReader,
): Promise<number> {
  if (clock === "system") return new SystemClock().nowMs();
  return Math.max(...(await readAllProgress(state, partitionCount)).map(({ newestMs }) => newestMs));
}
