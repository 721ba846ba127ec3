import { type ReactNode, useMemo, useState } from "react";
import { Button } from "../../ui/button.tsx";
import type { Column } from "../../ui/table.tsx";
import styles from "./people.module.css";
import { columnsOf } from "./shown-columns.ts";

const KEPT = "people.columns.hidden";

/** The columns the reader wants, kept in this browser, and the list to choose them from; the first one stays, and the one that people are ordered by. */
export function useColumns<Row>(
  all: readonly Column<Row>[],
  orderedBy: string,
): {
  readonly shown: readonly Column<Row>[];
  readonly chooser: ReactNode;
} {
  const [hidden, setHidden] = useState<readonly string[]>(() =>
    (localStorage.getItem(KEPT) ?? "").split(" "),
  );
  const [isOpen, setOpen] = useState(false);
  const toggle = (key: string): void => {
    const next = hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key];
    localStorage.setItem(KEPT, next.join(" "));
    setHidden(next);
  };
  const chooser = (
    <div
      role="group"
      aria-label="Columns of the table"
      className={styles["chooser"]}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
    >
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Columns
      </Button>
      {isOpen && (
        <div>
          {all.slice(1).map(({ key, title }) => (
            <label key={key}>
              <input
                type="checkbox"
                checked={key === orderedBy || !hidden.includes(key)}
                disabled={key === orderedBy}
                onChange={() => toggle(key)}
              />
              {title}
            </label>
          ))}
        </div>
      )}
    </div>
  );
  const shown = useMemo(() => columnsOf(all, { hidden, orderedBy }), [all, hidden, orderedBy]);
  return { shown, chooser };
}
