import { useNow } from "../client/now.ts";
import { formatAgo, formatFull, formatTime } from "../words/format.ts";

/** How long ago by the platform's clock; the hint has the date in the reader's zone. */
export function Ago({ time }: { readonly time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={formatFull(time)}>
      {now === undefined ? formatTime(time) : formatAgo(time, now)}
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
