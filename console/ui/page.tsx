import { type ReactNode, useEffect } from "react";
import styles from "./page.module.css";

/** A page: what it says in one sentence, what can be done, and the evidence below. */
export function Page(props: {
  /** Of the browser's tab. */
  readonly name: string;
  readonly eyebrow?: ReactNode;
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const { name, eyebrow, title, lead, actions, children } = props;
  useEffect(() => {
    document.title = `${name} · Inkling`;
  }, [name]);
  return (
    <div className={styles["page"]}>
      <header className={styles["head"]}>
        <div className={styles["words"]}>
          {eyebrow !== undefined && <div className={styles["eyebrow"]}>{eyebrow}</div>}
          <h1>{title}</h1>
          {lead !== undefined && <div className={styles["lead"]}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
