import { Tip } from "../../ui/tip.tsx";
import { formatTime } from "../../words/format.ts";
import type { Moment } from "./moments.ts";
import styles from "./person.module.css";

/** The person's events by id, and how to show one in the timeline. */
export interface EvidenceLinks {
  readonly byId: ReadonlyMap<string, Moment>;
  readonly select: (eventId: string) => void;
  readonly selectedId: string | undefined;
}

/** Events that a statement rests on; each shows itself in the timeline. */
export function Evidence({ ids, links }: { readonly ids: readonly string[]; readonly links: EvidenceLinks }) {
  return (
    <span className={styles["evidence"]}>
      {ids.map((eventId, n) => {
        const moment = links.byId.get(eventId);
        const what = moment
          ? `${moment.event.action}: ${moment.event.title ?? moment.event.itemId ?? ""}, ${formatTime(moment.ms)}`
          : eventId;
        return (
          <Tip key={eventId} label={what}>
            <button
              type="button"
              aria-label={`Event ${n + 1}: ${what}`}
              aria-pressed={links.selectedId === eventId}
              onClick={() => links.select(eventId)}
            >
              {n + 1}
            </button>
          </Tip>
        );
      })}
    </span>
  );
}
