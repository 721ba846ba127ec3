import { send } from "./http.ts";
import { splitEvents } from "./split-events.ts";

/**
 * @file Server-sent events by `fetch`, because `EventSource` cannot show a key in a header, and an address is no place for one.
 */

/** The data of each event until aborted, or until the server ends. @throws ProblemError */
export async function* readEvents(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const response = await send(path, { accept: "text/event-stream", signal });
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const { events, rest } = splitEvents(text + value);
    text = rest;
    yield* events;
  }
}
