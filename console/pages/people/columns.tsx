import { type ReactNode, useMemo, useState } from "react";
import { Button } from "../../ui/button.tsx";
import type { Column } from "../../ui/table.tsx";
import styles from "./people.module.css";

const KEPT = "people.columns.hidden";

/** The columns the reader wants, kept in this browser, and the list to choose them from; the first one stays. */
export function useColumns<Row>(all: readonly Column<Row>[]): {
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
              <input type="checkbox" checked={!hidden.includes(key)} onChange={() => toggle(key)} />
              {title}
            </label>
          ))}
        </div>
      )}
    </div>
  );
  const shown = useMemo(() => all.filter(({ key }, n) => n === 0 || !hidden.includes(key)), [all, hidden]);
  return { shown, chooser };
}
