import { memo } from "react";
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
  const { byId, select, selectedId } = links;
  return (
    <span className={styles["evidence"]}>
      {ids.map((eventId, n) => (
        <EventLink
          key={eventId}
          number={n + 1}
          eventId={eventId}
          moment={byId.get(eventId)}
          isSelected={selectedId === eventId}
          onSelect={select}
        />
      ))}
    </span>
  );
}

/** There are many on a page, and what is said beside one costs more than all else of it: made anew only where something is new. */
const EventLink = memo(function EventLink(props: {
  readonly number: number;
  readonly eventId: string;
  readonly moment: Moment | undefined;
  readonly isSelected: boolean;
  readonly onSelect: (eventId: string) => void;
}) {
  const { number, eventId, moment, isSelected, onSelect } = props;
  const what = moment
    ? `${moment.event.action}: ${moment.event.title ?? moment.event.itemId ?? ""}, ${formatTime(moment.ms)}`
    : eventId;
  return (
    <Tip label={what}>
      <button
        type="button"
        aria-label={`Event ${number}: ${what}`}
        aria-pressed={isSelected}
        onClick={() => onSelect(eventId)}
      >
        {number}
      </button>
    </Tip>
  );
});
