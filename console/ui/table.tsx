import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import styles from "./table.module.css";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** What the title means, where it is short. */
  readonly hint?: string;
  /** A track of CSS grid. */
  readonly width: string;
  readonly align?: "end";
  /** Left out where the window is narrow. */
  readonly isWide?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

const ROW_HEIGHT = 40;
const MARGIN_ROWS = 12;

/** Rows of the window's own scroll, drawn only where they are seen; arrow keys walk them, Enter opens. */
export function DataTable<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  readonly onHover?: (row: Row) => void;
  /** Called when the last rows come into sight. */
  readonly onEnd?: () => void;
}) {
  const { label, columns, rows, keyOf, onOpen, onHover, onEnd } = props;
  const top = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => setScrollMargin(top.current?.offsetTop ?? 0), []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById("scroll"),
    estimateSize: () => ROW_HEIGHT,
    overscan: MARGIN_ROWS,
    scrollMargin,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (rows.length > 0 && last >= rows.length - MARGIN_ROWS) onEnd?.();
  }, [last, rows.length, onEnd]);

  const walk = (event: KeyboardEvent<HTMLElement>, index: number): void => {
    if (event.target !== event.currentTarget) return;
    const row = rows[index];
    if (event.key === "Enter" && row !== undefined) onOpen?.(row);
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, index + step));
    virtual.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => top.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };

  const tracks = {
    "--columns": columns.map(({ width }) => width).join(" "),
    "--narrow": columns.flatMap(({ isWide, width }) => (isWide ? [] : width)).join(" "),
  } as CSSProperties; // custom properties
  return (
    <div
      className={styles["table"]}
      style={tracks}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length}
    >
      <div role="rowgroup">
        <div className={`${styles["row"]} ${styles["head"]}`} role="row">
          {columns.map(({ key, title, hint, align, isWide }) => (
            <span key={key} role="columnheader" data-align={align} data-wide={isWide} title={hint}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div ref={top} role="rowgroup" className={styles["body"]} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={keyOf(row)}
              role="row"
              data-row={index}
              aria-rowindex={index + 1}
              tabIndex={0}
              className={`${styles["row"]} ${onOpen ? styles["open"] : ""}`}
              style={{ transform: `translateY(${start - scrollMargin}px)` }}
              onClick={(event) => {
                if (!(event.target as HTMLElement).closest("a")) onOpen?.(row);
              }}
              onKeyDown={(event) => walk(event, index)}
              onPointerEnter={() => onHover?.(row)}
            >
              {columns.map(({ key, align, isWide, cell }) => (
                <span key={key} role="cell" data-align={align} data-wide={isWide}>
                  {cell(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
