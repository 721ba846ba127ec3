import { type ReactNode, useState } from "react";
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
  const toggle = (key: string): void => {
    const next = hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key];
    localStorage.setItem(KEPT, next.join(" "));
    setHidden(next);
  };
  const chooser = (
    <details className={styles["chooser"]}>
      <summary>Columns</summary>
      <div>
        {all.slice(1).map(({ key, title }) => (
          <label key={key}>
            <input type="checkbox" checked={!hidden.includes(key)} onChange={() => toggle(key)} />
            {title}
          </label>
        ))}
      </div>
    </details>
  );
  return { shown: all.filter(({ key }, n) => n === 0 || !hidden.includes(key)), chooser };
}
