import { type ReactNode, useId } from "react";
import styles from "./panel.module.css";

/** A part of a page with its name; a hairline above it, no box around it. */
export function Panel(props: {
  readonly title: ReactNode;
  /** What the numbers are, in a few quiet words. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const { title, note, actions, children, className = "" } = props;
  const id = useId();
  return (
    <section className={`${styles["panel"]} ${className}`} aria-labelledby={id}>
      <header className={styles["head"]}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className={styles["note"]}>{note}</span>}
        {actions !== undefined && <span className={styles["actions"]}>{actions}</span>}
      </header>
      {children}
    </section>
  );
}
