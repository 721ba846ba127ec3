/** @file A thread that searches a memory another thread writes. */
import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "#base";
import type { SearchAnswer, SearcherTask, SearchMessage } from "./search-threads.ts";
import { Searcher } from "./searcher.ts";
import { SlotMemory } from "./slot-memory.ts";

const { handle, place, giveWay: givesWay } = workerData as SearcherTask; // from `SearchThreads`
if (givesWay) giveWay();
let memory = SlotMemory.attach(handle);
let searcher = new Searcher(memory, place);

parentPort?.on("message", (message: SearchMessage) => {
  if (message.kind === "moved") {
    memory = SlotMemory.attach(message.handle);
    searcher = new Searcher(memory, place);
    return;
  }
  const answer: SearchAnswer = message.tasks.map(({ vector, plan }) =>
    memory.readStable(() => searcher.search(vector, plan)),
  );
  parentPort?.postMessage(answer);
});
