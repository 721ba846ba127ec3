import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
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
/** Drawn above and below what is seen. */
const MARGIN_ROWS = 4;
/** Before the last row more are asked for. */
const NEAR_END_ROWS = 12;
/** The elements of rows are kept in a ring of a multiple of this size. */
const RING_STEP = 16;
/** After the last movement the rows are at rest. */
const REST_MS = 500;

/**
 * Rows of the window's own scroll, drawn only where they are seen; arrow keys walk them, Enter opens. A row that goes leaves its elements to one
 * that comes, which takes half the time of making new ones.
 */
export function DataTable<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly onOpen?: (row: Row) => void;
  readonly onHover?: (row: Row) => void;
  /** Called when the last rows come into sight. */
  readonly onEnd?: () => void;
}) {
  const { label, columns, rows, onOpen, onHover, onEnd } = props;
  const top = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => setScrollMargin(top.current?.offsetTop ?? 0), []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById("scroll"),
    estimateSize: () => ROW_HEIGHT,
    overscan: MARGIN_ROWS,
    isScrollingResetDelay: REST_MS,
    scrollMargin,
  });
  const items = virtual.getVirtualItems();
  const ring = useRef(0);
  ring.current = Math.max(ring.current, RING_STEP * Math.ceil(items.length / RING_STEP));
  const placeOf = ({ index }: { readonly index: number }): number => index % ring.current;
  // Those who read or tab through the rows meet them in order; while they fly past, no element is moved among the others.
  const drawn = virtual.isScrolling ? items.toSorted((left, right) => placeOf(left) - placeOf(right)) : items;
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END_ROWS) onEnd?.();
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
      <div role="rowgroup" className={styles["pinned"]}>
        <div className={`${styles["row"]} ${styles["head"]}`} role="row">
          {columns.map(({ key, title, hint, align, isWide }) => (
            <span key={key} role="columnheader" data-align={align} data-wide={isWide} title={hint}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <div ref={top} role="rowgroup" className={styles["body"]} style={{ height: virtual.getTotalSize() }}>
        {drawn.map((item) => {
          const { index, start } = item;
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={placeOf(item)}
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
              <Cells row={row} columns={columns} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** What a row says; as long as it is the same, so are these. */
const Cells = memo(function Cells<Row>(props: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
}) {
  const { row, columns } = props;
  return columns.map(({ key, align, isWide, cell }) => (
    <span key={key} role="cell" data-align={align} data-wide={isWide}>
      {cell(row)}
    </span>
  ));
}) as <Row>(props: { readonly row: Row; readonly columns: readonly Column<Row>[] }) => ReactNode; // memo forgets Row
