import { Link } from "wouter";
import type { PulseEvent } from "#api";
import { Dot } from "../../ui/chip.tsx";
import { Panel } from "../../ui/panel.tsx";
import { formatClock } from "../../words/format.ts";
import { hueOfAction } from "../../words/palette.ts";
import styles from "./pulse.module.css";

const SHOWN = 10;

/** What just came in: who did what, a link each. */
export function Latest({ events }: { readonly events: readonly PulseEvent[] }) {
  return (
    <Panel title="Just now" note="the newest events">
      <ol className={styles["latest"]}>
        {events.slice(0, SHOWN).map((event, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same may come twice in a millisecond
          <li key={`${event.receivedAt} ${event.userId} ${event.itemId} ${n}`}>
            <time dateTime={event.receivedAt}>{formatClock(event.receivedAt)}</time>
            <Dot hue={hueOfAction(event.name)} />
            <span>
              <Link href={`/people/${encodeURIComponent(event.userId)}`}>{event.userId}</Link> {event.name}{" "}
              {event.itemId !== undefined && (
                <Link href={`/items/${encodeURIComponent(event.itemId)}`} className={styles["item"] ?? ""}>
                  {event.title ?? event.itemId}
                </Link>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
