import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  type SyntheticEvent,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { fillRing, placeOf } from "./ring.ts";
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
  /** More about the cell, for who points at it. */
  readonly hintOf?: (row: Row) => string;
  /** A colour as CSS has it, for a dot before the cell. */
  readonly dotOf?: (row: Row) => string;
}

const ROW_HEIGHT = 40;
/** Drawn above and below what is seen. */
const MARGIN_ROWS = 4;
/** Before the last row more are asked for. */
const NEAR_END_ROWS = 12;
/** The elements of rows are kept in a ring of a multiple of this size. */
const RING_STEP = 16;
/** Of a jump, in one frame: more would make it late. */
const NEW_ROWS = 8;
/** After the last movement the rows are at rest. */
const REST_MS = 500;

/**
 * Rows of the window's own scroll, drawn only where they are seen; arrow keys walk them, Enter opens. A row that goes leaves its elements to one
 * that comes, which takes half the time of making new ones; one that stays is not looked at. What is done to a row is heard by what holds them all.
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
  const places = useRing(items, virtual.range?.startIndex ?? 0);
  const filled = places.filter((item) => item !== undefined);
  // Those who read or tab through the rows meet them in order; while they fly past, no element is moved among the others.
  const drawn = virtual.isScrolling ? filled : filled.toSorted((left, right) => left.index - right.index);
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END_ROWS) onEnd?.();
  }, [last, rows.length, onEnd]);

  const walk = (event: KeyboardEvent): void => {
    const index = placeIn(event);
    if (index === undefined || !(event.target as HTMLElement).matches("[data-row]")) return;
    const row = rows[index];
    if (event.key === "Enter" && row !== undefined) onOpen?.(row);
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, index + step));
    virtual.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => top.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };
  const rowOf = (event: SyntheticEvent): Row | undefined => rows[placeIn(event) ?? -1];
  const open = (event: SyntheticEvent): void => {
    const row = rowOf(event);
    if (row !== undefined && !(event.target as HTMLElement).closest("a")) onOpen?.(row);
  };
  const pointed = usePointed<Row>(columns, onHover);

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
            <span
              key={key}
              role="columnheader"
              data-align={align}
              data-wide={isWide || undefined}
              title={hint}
            >
              {title}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={top}
        role="rowgroup"
        className={styles["body"]}
        data-opens={onOpen !== undefined}
        style={{ height: virtual.getTotalSize() }}
        onClick={open}
        onKeyDown={walk}
        onPointerOver={(event) => pointed.over(event, rowOf(event))}
        onPointerOut={pointed.out}
      >
        {drawn.map((item) => {
          const row = rows[item.index];
          return (
            row !== undefined && (
              <DataRow
                key={placeOf(item, places.length)}
                {...{ row, columns }}
                index={item.index}
                startPx={item.start - scrollMargin}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/**
 * The rows in their places; those of a jump not all in one frame. The others come in the next ones, within the frame: what changes between two
 * is laid out by itself when the pointer is looked for, and then once more after the scroll.
 */
function useRing(items: readonly VirtualItem[], firstSeen: number): readonly (VirtualItem | undefined)[] {
  const before = useRef<readonly (VirtualItem | undefined)[]>([]);
  const [, goOn] = useReducer((turns: number) => turns + 1, 0);
  const size = Math.max(before.current.length, RING_STEP * Math.ceil(items.length / RING_STEP));
  const above = items.findIndex(({ index }) => index >= firstSeen);
  const seenFirst = [...items.slice(above), ...items.slice(0, above)];
  const { places, isLate } = fillRing(before.current, seenFirst, { size, most: NEW_ROWS });
  useLayoutEffect(() => {
    before.current = places;
    if (!isLate) return;
    const frame = requestAnimationFrame(() => flushSync(goOn));
    return () => cancelAnimationFrame(frame);
  });
  return places;
}

/** What a pointer comes over: a row is told once, a hint is made for as long as it is wanted. */
function usePointed<Row>(columns: readonly Column<Row>[], onHover: ((row: Row) => void) | undefined) {
  const latest = useRef<Row>(undefined);
  const cellIn = ({ target }: SyntheticEvent): HTMLElement | null =>
    (target as HTMLElement).closest<HTMLElement>("[role=cell]");
  return {
    over: (event: SyntheticEvent, row: Row | undefined): void => {
      if (row === undefined) return;
      if (row !== latest.current) onHover?.(row);
      latest.current = row;
      const cell = cellIn(event);
      const place = Array.prototype.indexOf.call(cell?.parentElement?.children ?? [], cell);
      const hint = columns[place]?.hintOf?.(row);
      if (cell && hint !== undefined) cell.title = hint;
    },
    out: (event: SyntheticEvent): void => cellIn(event)?.removeAttribute("title"),
  };
}

/** Of the row that something was done to. */
function placeIn({ target }: SyntheticEvent): number | undefined {
  const place = (target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset["row"];
  return place === undefined ? undefined : Number(place);
}

/** As long as a row stays what and where it is, so do its elements. */
const DataRow = memo(function DataRow<Row>(props: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly startPx: number;
}) {
  const { row, columns, index, startPx } = props;
  return (
    <div
      role="row"
      data-row={index}
      aria-rowindex={index + 1}
      tabIndex={0}
      className={styles["row"]}
      style={{ transform: `translateY(${startPx}px)` }}
    >
      {columns.map(({ key, align, isWide, cell, dotOf }) => (
        <span
          key={key}
          role="cell"
          data-align={align}
          data-wide={isWide || undefined}
          {...(dotOf && { className: styles["dotted"], style: { "--dot": dotOf(row) } as CSSProperties })} // a custom property
        >
          {cell(row)}
        </span>
      ))}
    </div>
  );
}) as <Row>(props: {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly startPx: number;
}) => ReactNode; // memo forgets Row
