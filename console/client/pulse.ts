import { useEffect, useState } from "react";
import type { PulseResponse } from "#api";
import { readEvents } from "./stream.ts";

const AGAIN_MS = 2000;

/** What goes on, every second; `error` while the server does not tell. */
export function usePulse(): { readonly pulse: PulseResponse | undefined; readonly error: unknown } {
  const [pulse, setPulse] = useState<PulseResponse>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const abort = new AbortController();
    void listen(
      abort.signal,
      (next) => {
        setPulse(next);
        setError(undefined);
      },
      setError,
    );
    return () => abort.abort();
  }, []);
  return { pulse, error };
}

async function listen(
  signal: AbortSignal,
  onPulse: (pulse: PulseResponse) => void,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const data of readEvents("/v1/pulse/stream", signal))
        onPulse(JSON.parse(data) as PulseResponse);
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
