import { useNow } from "../client/now.ts";
import { formatAgo, formatBefore, formatFull, formatTime } from "../words/format.ts";

/** How long ago by the platform's clock, or before a moment that is looked at; the hint has the date in the reader's zone. */
export function Ago({ time, before }: { readonly time: string; readonly before?: string | undefined }) {
  const now = useNow();
  return (
    <time dateTime={time} title={formatFull(time)}>
      {before !== undefined
        ? formatBefore(time, before)
        : now === undefined
          ? formatTime(time)
          : formatAgo(time, now)}
    </time>
  );
}

export function At({ time }: { readonly time: string }) {
  return (
    <time dateTime={time} title={formatFull(time)}>
      {formatTime(time)}
    </time>
  );
}
