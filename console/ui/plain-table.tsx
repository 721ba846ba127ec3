import type { ReactNode } from "react";
import styles from "./plain-table.module.css";

/** A table of what a drawing shows: rows enough to read, in a window of its own; the first column names the row. */
export function PlainTable(props: {
  readonly label: string;
  readonly maxHeight: number;
  readonly header: readonly string[];
  readonly rows: readonly (readonly ReactNode[])[];
}) {
  const { label, maxHeight, header, rows } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard
    <section className={styles["scroll"]} style={{ maxHeight }} tabIndex={0} aria-label={label}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            {header.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names but their place
            <tr key={n}>
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={header[column + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
