import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import styles from "./figure.module.css";
import { PlainTable } from "./plain-table.tsx";
import { saveText, toCsv } from "./save.ts";

export type Cell = string | number;

/** A drawing with what it says in words above it; the same numbers as a table, and as files. */
export function Figure(props: {
  /** Says what is drawn to who cannot see it, and names the files. */
  readonly label: string;
  readonly caption: ReactNode;
  readonly header: readonly string[];
  /** What is drawn, row by row; asked for when somebody wants it. */
  readonly rows: () => readonly (readonly Cell[])[];
  /** Cells as they are read, where that is not as they are written to a file. */
  readonly formatCell?: (cell: Cell, column: number) => string;
  readonly savePicture?: () => void;
  readonly height: number;
  readonly children: ReactNode;
}) {
  const { label, caption, header, rows, formatCell = String, savePicture, height, children } = props;
  const [isTable, setTable] = useState(false);
  return (
    <figure className={styles["figure"]} aria-label={label}>
      <figcaption className={styles["caption"]}>
        {caption}
        <span className={styles["tools"]}>
          <Button look="quiet" isOn={isTable} onClick={() => setTable(!isTable)}>
            Table
          </Button>
          <Button look="quiet" onClick={() => saveText(`${label}.csv`, toCsv(header, rows()))}>
            CSV
          </Button>
          {savePicture && (
            <Button look="quiet" onClick={savePicture}>
              PNG
            </Button>
          )}
        </span>
      </figcaption>
      {isTable ? (
        <PlainTable
          label={label}
          maxHeight={Math.max(160, height)}
          header={header}
          rows={rows().map((row) => row.map(formatCell))}
        />
      ) : (
        children
      )}
    </figure>
  );
}
