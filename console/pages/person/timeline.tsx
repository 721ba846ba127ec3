import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Button } from "../../ui/button.tsx";
import { useColors } from "../../ui/colors.ts";
import { useHueOf } from "../../ui/hues.ts";
import { useWidth } from "../../ui/width.ts";
import { formatCount, formatDay } from "../../words/format.ts";
import { colorOf } from "../../words/palette.ts";
import { AsOfSlider } from "./as-of-slider.tsx";
import { drawScene, drawTimeline, LANE, layoutOf, type StateSpan, xOf } from "./draw-timeline.ts";
import { lanesOf, type Moment, mainTopics, ribbonsOf, visitsOf } from "./moments.ts";
import { type Lifecycle, Stage } from "./stage.tsx";
import styles from "./timeline.module.css";
import { panBy, type View, zoomAt } from "./view.ts";

const RIBBONS = 6;
const BINS = 400;
const REACH_PX = 12;
const DAY_MS = 86_400_000;

/** Everything a person did, from the whole history down to a visit. Drag to look closer, arrows walk event by event. */
export function Timeline(props: {
  /** Those that are to be seen, oldest first. */
  readonly moments: readonly Moment[];
  /** All, whatever is filtered. */
  readonly all: readonly Moment[];
  readonly selected: Moment | undefined;
  readonly asOfMs: number | undefined;
  readonly states: readonly StateSpan[];
  /** Of topics that are interests: how each lives now. */
  readonly lifecycles: ReadonlyMap<string, Lifecycle>;
  readonly onAsOf: (ms: number | undefined) => void;
  readonly onSelect: (moment: Moment | undefined) => void;
  /** Wants to add an event there. */
  readonly onImagine: (ms: number) => void;
  /** Given what is drawn, for who wants it as a picture. */
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}) {
  const { canvas, moments, all, selected, asOfMs, states, lifecycles, onAsOf, onSelect, onImagine } = props;
  const bounds = useMemo(() => boundsOf(all), [all]);
  const [view, setView] = useState(bounds);
  const [drag, setDrag] = useState<readonly [number, number]>();
  const [hovered, setHovered] = useState<{
    readonly moment: Moment;
    readonly x: number;
    readonly y: number;
  }>();
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const colors = useColors();
  const hueOf = useHueOf();
  const lanes = useMemo(() => lanesOf(all), [all]);
  const topics = useMemo(() => mainTopics(all, RIBBONS), [all]);
  const still = useMemo(
    () => ({
      bounds,
      topics,
      lanes: lanes.map(({ action }) => action),
      ribbons: ribbonsOf(all, topics, { ...bounds, bins: BINS }),
      visits: visitsOf(all),
      states,
    }),
    [all, bounds, lanes, topics, states],
  );
  const layout = layoutOf(lanes.length, states.length > 0);
  useEffect(() => setView(bounds), [bounds]);
  const drawn = useMemo(
    () => drawScene({ ...still, hueOf, width, view, moments }, colors),
    [still, hueOf, width, view, moments, colors],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas is the same as long as this is there
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && drawn) drawTimeline(context, drawn, { selected, asOfMs, drag }, colors);
  }, [drawn, selected, asOfMs, drag, colors]);
  useWheelZoom(canvas, (x, factor, shiftPx) =>
    setView((now) => {
      const msPerPx = (now.toMs - now.fromMs) / width;
      return shiftPx === 0
        ? zoomAt(now, now.fromMs + x * msPerPx, factor, bounds)
        : panBy(now, shiftPx * msPerPx, bounds);
    }),
  );

  const find = (x: number, y: number): Moment | undefined =>
    nearest(moments, still.lanes[Math.floor((y - layout.lanesTop) / LANE)], x, view, width);
  const pointers = usePointers({
    onMove: (x, y) => {
      const moment = find(x, y);
      setHovered(moment && { moment, x: xOf(moment.ms, view, width), y });
    },
    onDrag: (from, to, y) => {
      if (y < layout.overviewTop) return setDrag([from, to]);
      const msPerPx = (bounds.toMs - bounds.fromMs) / width;
      const half = (view.toMs - view.fromMs) / 2;
      setView((now) => panBy(now, bounds.fromMs + to * msPerPx - half - now.fromMs, bounds));
    },
    onDrop: (from, to, y) => {
      setDrag(undefined);
      if (y >= layout.overviewTop) return;
      const msPerPx = (view.toMs - view.fromMs) / width;
      const [left, right] = [Math.min(from, to), Math.max(from, to)];
      setView(zoomAt(view, view.fromMs + ((left + right) / 2) * msPerPx, width / (right - left), bounds));
    },
    onClick: (x, y) => onSelect(find(x, y)),
    onLeave: () => setHovered(undefined),
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const centre = selected?.ms ?? (view.fromMs + view.toMs) / 2;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) onSelect(neighbour(moments, selected, step));
    else if (event.key === "+" || event.key === "=") setView(zoomAt(view, centre, 2, bounds));
    else if (event.key === "-") setView(zoomAt(view, centre, 0.5, bounds));
    else if (event.key === "0") setView(bounds);
    else if (event.key === "Escape") onSelect(undefined);
    else if (event.key === "a") onImagine(centre);
    else return;
    event.preventDefault();
  };
  const isZoomed = view.toMs - view.fromMs < bounds.toMs - bounds.fromMs - 1;
  return (
    <div className={styles["timeline"]}>
      <div className={styles["names"]} style={{ paddingTop: layout.lanesTop }} aria-hidden="true">
        {lanes.map(({ action, count }) => (
          <span key={action} style={{ height: LANE }}>
            {action} <b>{formatCount(count)}</b>
          </span>
        ))}
        {states.length > 0 && (
          <span data-state style={{ height: layout.axisTop - layout.statesTop }}>
            state
          </span>
        )}
      </div>
      <div ref={host} className={styles["host"]} style={{ height: layout.height }}>
        <div
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk the drawing; the table beside it says the same
          tabIndex={0}
          aria-label={`Timeline of ${formatCount(moments.length)} events, ${formatDay(view.fromMs)} to ${formatDay(view.toMs)}. Left and right arrows walk the events, plus and minus zoom, zero shows all, a adds an event in a sandbox at the one picked.`}
          className={styles["stage"]}
          onKeyDown={onKeyDown}
        >
          <canvas
            ref={canvas}
            style={{ width, height: layout.height }}
            {...pointers}
            onDoubleClick={({ nativeEvent: { offsetX } }) =>
              onImagine(view.fromMs + (offsetX / width) * (view.toMs - view.fromMs))
            }
          />
        </div>
        {hovered && <Hint {...hovered} width={width} />}
        {isZoomed && (
          <div className={styles["reset"]}>
            <Button onClick={() => setView(bounds)}>Show all</Button>
          </div>
        )}
      </div>
      <AsOfSlider bounds={bounds} asOfMs={asOfMs} onAsOf={onAsOf} />
      <ul className={styles["legend"]} aria-label="Interests and topics by colour">
        {topics.map((topic) => {
          const lifecycle = lifecycles.get(topic);
          return (
            <li key={topic}>
              {lifecycle ? (
                <Stage lifecycle={lifecycle} hue={hueOf(topic)} />
              ) : (
                <i style={{ background: colorOf(hueOf(topic)) }} />
              )}
              {topic}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Hint({
  moment,
  x,
  y,
  width,
}: {
  readonly moment: Moment;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}) {
  const { action, title, itemId, dwellMs } = moment.event;
  const side = x > width / 2 ? { right: width - x + 10 } : { left: x + 10 };
  return (
    <div className={styles["hint"]} style={{ ...side, top: y + 14 }}>
      <b>{title ?? itemId ?? action}</b>
      <span>
        {action}
        {dwellMs !== undefined && ` for ${Math.round(dwellMs / 1000)} s`}
      </span>
    </div>
  );
}

/** With a little room at the ends; a single moment gets a day. */
function boundsOf(moments: readonly Moment[]): View {
  const fromMs = moments[0]?.ms ?? 0;
  const toMs = moments.at(-1)?.ms ?? fromMs;
  const room = Math.max((toMs - fromMs) * 0.01, toMs === fromMs ? DAY_MS / 2 : 0);
  return { fromMs: fromMs - room, toMs: toMs + room };
}

function nearest(
  moments: readonly Moment[],
  action: string | undefined,
  x: number,
  view: View,
  width: number,
): Moment | undefined {
  let best: Moment | undefined;
  let bestPx = REACH_PX;
  for (const moment of moments) {
    if (moment.event.action !== action) continue;
    const px = Math.abs(xOf(moment.ms, view, width) - x);
    if (px < bestPx) {
      best = moment;
      bestPx = px;
    }
  }
  return best;
}

/** The next one of what says something: impressions are walked only where there is nothing else. */
function neighbour(
  moments: readonly Moment[],
  selected: Moment | undefined,
  step: number,
): Moment | undefined {
  const telling = moments.filter(({ event }) => event.action !== "impression");
  const walked = telling.length > 0 ? telling : moments;
  if (!selected) return step > 0 ? walked[0] : walked.at(-1);
  const place = walked.findIndex(({ id }) => id === selected.id);
  if (place >= 0) return walked[Math.min(walked.length - 1, Math.max(0, place + step))];
  return step > 0 ? walked.find(({ ms }) => ms > selected.ms) : walked.findLast(({ ms }) => ms < selected.ms);
}

/** Zooms with ctrl or a pinch, and pans by a sideways wheel; the page scrolls otherwise. */
function useWheelZoom(
  canvas: { readonly current: HTMLCanvasElement | null },
  onWheel: (x: number, factor: number, shiftPx: number) => void,
): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const element = canvas.current;
    const listen = (event: WheelEvent): void => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !event.metaKey && !isSideways) return;
      event.preventDefault();
      latest.current(event.offsetX, Math.exp(-event.deltaY / 200), isSideways ? event.deltaX : 0);
    };
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  }, [canvas]);
}

const DRAG_PX = 5;

interface PointerActions {
  readonly onMove: (x: number, y: number) => void;
  readonly onDrag: (fromX: number, toX: number, y: number) => void;
  readonly onDrop: (fromX: number, toX: number, y: number) => void;
  readonly onClick: (x: number, y: number) => void;
  readonly onLeave: () => void;
}

/** A press that moves is a drag, one that does not is a click. `y` of a drag is where it began. */
function usePointers({ onMove, onDrag, onDrop, onClick, onLeave }: PointerActions) {
  const start = useRef<{ readonly x: number; readonly y: number; isDrag: boolean }>(null);
  return {
    onPointerDown: ({ nativeEvent: { offsetX: x, offsetY: y }, currentTarget, pointerId }: PointerEvent) => {
      currentTarget.setPointerCapture(pointerId);
      start.current = { x, y, isDrag: false };
    },
    onPointerMove: ({ nativeEvent: { offsetX: x, offsetY: y } }: PointerEvent) => {
      const from = start.current;
      if (!from) return onMove(x, y);
      if (Math.abs(x - from.x) >= DRAG_PX) from.isDrag = true;
      if (from.isDrag) onDrag(from.x, x, from.y);
    },
    onPointerUp: ({ nativeEvent: { offsetX: x, offsetY: y } }: PointerEvent) => {
      const from = start.current;
      start.current = null;
      if (from?.isDrag) onDrop(from.x, x, from.y);
      else if (from) onClick(x, y);
    },
    onPointerLeave: onLeave,
  };
}
