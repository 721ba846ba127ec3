import { once } from "node:events";
import { startThread } from "#base";
import type { IvfShape } from "./ivf-build.ts";
import { type MemoryHandle, SlotMemory } from "./slot-memory.ts";

/** What to make lists of. Crosses to the thread, so plain data only. */
export interface RebuildTask extends IvfShape {
  readonly handle: MemoryHandle;
}

/** A new memory with what was in the given one at some moment after the call; no slot of that may be moved until then. */
export async function startRebuild(task: RebuildTask): Promise<SlotMemory> {
  const thread = startThread("rebuild-worker", task);
  const [handle] = (await once(thread, "message")) as [MemoryHandle]; // what the worker sends; its errors reject
  return SlotMemory.attach(handle);
}
