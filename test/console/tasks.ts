import type { Page } from "playwright-core";

/** @file How long a page's own thread is busy at a stretch, by its processor time: what others do on the machine does not count. */

/** Above it a frame is late. */
const LONG_MS = 50;

export interface Tasks {
  /** Of those over 50 ms, the longest first. */
  readonly longMs: readonly number[];
  readonly longestMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time of its thread, µs. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The tasks of the browser's page threads while something is done. */
export async function tasksDuring(page: Page, act: () => Promise<void>): Promise<Tasks> {
  const browser = page.context().browser()!; // contexts here are of a browser
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
  await act();
  const trace = await browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(threadOf),
  );
  const ms = traceEvents
    .filter((event) => event.name === "RunTask" && pages.has(threadOf(event)))
    .map(({ tdur = 0 }) => Math.round(tdur / 1000))
    .sort((left, right) => right - left);
  return { longMs: ms.filter((one) => one > LONG_MS), longestMs: ms[0] ?? 0 };
}
