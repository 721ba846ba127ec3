import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Button } from "../button.tsx";
import { sizeCanvas } from "../canvas-size.ts";
import { type Colors, useColors } from "../colors.ts";
import { saveCanvas } from "../save.ts";
import { useWidth } from "../width.ts";
import {
  type Camera,
  cameraAt,
  cameraOver,
  panBy,
  type Size,
  scaleOf,
  toPlane,
  toScreen,
  zoomAt,
} from "./camera.ts";
import { canvasPainter } from "./canvas-painter.ts";
import { drawOverlay, type Mark, type PlaceName, type Ring } from "./draw-overlay.ts";
import { PointGrid } from "./point-grid.ts";
import styles from "./point-map.module.css";
import type { Layer, PointPainter, Points } from "./point-painter.ts";
import { useMapPointers } from "./pointers.ts";
import { webglPainter } from "./webgl-painter.ts";

/** A point that stands out from the others. */
export interface LitPoint {
  readonly index: number;
  readonly hue: number;
}

/** Past the hues: neither lit nor of a category. */
export const NO_HUE = 10;
const REACH_PX = 14;
const STEP_PX = 60;

export interface PointMapProps {
  /** Says what is drawn to who cannot see it, and names the picture. */
  readonly label: string;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Of each point; {@link NO_HUE} for dust. All are dust without it. */
  readonly hues?: Uint8Array;
  readonly lit: readonly LitPoint[];
  readonly rings: readonly Ring[];
  readonly marks: readonly Mark[];
  readonly places: readonly PlaceName[];
  readonly height: number;
  /** What is said of a point beside the pointer. */
  readonly hintOf: (index: number) => ReactNode;
  readonly onOpen: (index: number) => void;
}

/**
 * Many points with names: drag to move, ⌃ and the wheel or two fingers to come closer. By keyboard the arrows walk the lit points, shift
 * and arrows move, plus and minus zoom, zero shows all, Enter opens.
 */
export default function PointMap(props: PointMapProps) {
  const { label, xs, ys, lit, rings, marks, places, height, hintOf, onOpen } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const size = useMemo(() => ({ width, height }), [width, height]);
  const grid = useMemo(() => new PointGrid(xs, ys), [xs, ys]);
  const whole = useMemo(
    () => cameraOver(grid.box, { width: Math.max(1, width), height }),
    [grid, width, height],
  );
  const [moved, setCamera] = useState<Camera>();
  const camera = moved ?? whole;
  const [chosen, choose] = useState(-1);
  const colors = useColors();
  const layers = useLayers(props, colors, camera.span / whole.span);
  const painted = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const { painter, kind } = usePainter(painted);
  const ratio = globalThis.devicePixelRatio;
  // A hundred thousand points are painted when the view is another, and not because the pointer is over another one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the window may come to another screen
  useLayoutEffect(() => {
    if (size.width > 0) painter?.paint(layers, { camera, size, ratio });
  }, [painter, layers, camera, size, ratio]);
  useLayoutEffect(() => {
    const context = overlay.current?.getContext("2d");
    if (!context || width === 0) return;
    sizeCanvas(context.canvas, size, ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = chosen < 0 ? undefined : ([xs[chosen]!, ys[chosen]!] as const);
    drawOverlay(context, { rings, marks, places, chosen: at }, { camera, size, colors });
  });
  const find = (px: number, py: number): number =>
    grid.nearest(...toPlane(px, py, camera, size), REACH_PX / scaleOf(camera, size));
  const pointers = useMapPointers(overlay, {
    onMove: (px, py) => choose(find(px, py)),
    onDrag: (dx, dy) => setCamera(panBy(camera, dx, dy, size)),
    onZoom: (at, factor) => setCamera(zoomAt(camera, at, factor, { size, whole })),
    onClick: (px, py) => {
      const index = find(px, py);
      if (index >= 0) onOpen(index);
    },
    onLeave: () => choose(-1),
  });
  const zoom = (factor: number): void =>
    setCamera(zoomAt(camera, [width / 2, height / 2], factor, { size, whole }));
  const onKeyDown = (event: KeyboardEvent): void => {
    const [dx = 0, dy = 0] = ARROWS[event.key] ?? [];
    if (dx !== 0 || dy !== 0) {
      if (event.shiftKey) setCamera(panBy(camera, -dx * STEP_PX, -dy * STEP_PX, size));
      else walk(dx + dy);
    } else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") setCamera(undefined);
    else if (event.key === "Enter" && chosen >= 0) onOpen(chosen);
    else if (event.key === "Escape" && chosen >= 0) choose(-1);
    else return;
    event.preventDefault();
  };
  const walk = (step: number): void => {
    if (lit.length === 0) return;
    const place = lit.findIndex(({ index }) => index === chosen);
    const { index } =
      lit[place < 0 ? (step > 0 ? 0 : lit.length - 1) : (place + step + lit.length) % lit.length]!;
    choose(index);
    if (moved) setCamera(cameraAt(xs[index]!, ys[index]!, camera, whole));
  };
  return (
    <div className={styles["map"]}>
      <div ref={host} className={styles["host"]} style={{ height }} data-painter={painter?.kind}>
        <canvas key={kind} ref={painted} className={styles["points"]} style={{ width, height }} />
        <div
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys move the drawing; the table beside it says the same
          tabIndex={0}
          className={styles["stage"]}
          aria-label={`${label}. Arrows walk the lit points, with shift they move the map, plus and minus zoom, zero shows all, Enter opens.`}
          onKeyDown={onKeyDown}
        >
          <canvas ref={overlay} style={{ width, height }} {...pointers} />
        </div>
        {chosen >= 0 && (
          <Hint at={toScreen(xs[chosen]!, ys[chosen]!, camera, size)} size={size}>
            {hintOf(chosen)}
          </Hint>
        )}
        <div className={styles["tools"]}>
          <Button onClick={() => zoom(1.6)} aria-label="Closer">
            +
          </Button>
          <Button onClick={() => zoom(1 / 1.6)} aria-label="Further away">
            −
          </Button>
          {moved && <Button onClick={() => setCamera(undefined)}>Show all</Button>}
          <Button
            onClick={() => {
              if (painted.current && overlay.current)
                saveCanvas(`${label}.png`, [painted.current, overlay.current], colors.of("background"));
            }}
          >
            PNG
          </Button>
        </div>
      </div>
      <p className="visually-hidden" aria-live="polite">
        {chosen >= 0 && hintOf(chosen)}
      </p>
    </div>
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function Hint(props: {
  readonly at: readonly [number, number];
  readonly size: Size;
  readonly children: ReactNode;
}) {
  const {
    at: [x, y],
    size,
    children,
  } = props;
  const across = x > size.width / 2 ? { right: size.width - x + 12 } : { left: x + 12 };
  const down = y > size.height - 60 ? { bottom: size.height - y + 8 } : { top: y + 10 };
  return (
    <div className={styles["hint"]} aria-hidden="true" style={{ ...across, ...down }}>
      {children}
    </div>
  );
}

/** Dust beneath, lit points over it. Points grow a little as one comes closer. */
function useLayers({ xs, ys, hues, lit }: PointMapProps, colors: Colors, part: number): readonly Layer[] {
  const dust = useMemo(
    (): Points => ({ xs, ys, colors: hues ?? new Uint8Array(xs.length).fill(NO_HUE) }),
    [xs, ys, hues],
  );
  const shining = useMemo(
    (): Points => ({
      xs: Float32Array.from(lit, ({ index }) => xs[index]!),
      ys: Float32Array.from(lit, ({ index }) => ys[index]!),
      colors: Uint8Array.from(lit, ({ hue }) => hue),
    }),
    [xs, ys, lit],
  );
  const palette = useMemo(() => [...colors.hues, colors.of("text-3")].map(channelsOf), [colors]);
  return useMemo(() => {
    const closer = (1 / part) ** 0.3;
    const [crowd, alpha] = xs.length > 30_000 ? [1.5, 0.16] : xs.length > 6000 ? [2, 0.3] : [3, 0.3];
    return [
      { points: dust, paint: { colors: palette, diameter: crowd * closer, alpha: hues ? 0.6 : alpha } },
      { points: shining, paint: { colors: palette, diameter: 6.5 * Math.min(1.6, closer), alpha: 0.95 } },
    ];
  }, [dust, shining, palette, part, xs.length, hues]);
}

/** `#rrggbb` as numbers from 0 to 1. */
function channelsOf(color: string): readonly [number, number, number] {
  const number = Number.parseInt(color.slice(1), 16);
  return [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255];
}

/** WebGL where there is one, else a canvas of its own, for one that WebGL had is lost to others. */
function usePainter(canvas: { readonly current: HTMLCanvasElement | null }): {
  readonly painter: PointPainter | undefined;
  readonly kind: PointPainter["kind"];
} {
  const [kind, setKind] = useState<PointPainter["kind"]>("webgl");
  const [painter, setPainter] = useState<PointPainter>();
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const own = kind === "webgl" ? webglPainter(element) : canvasPainter(element);
    const giveUp = (): void => setKind("canvas");
    if (!own) giveUp();
    setPainter(own);
    element.addEventListener("webglcontextlost", giveUp);
    return () => {
      element.removeEventListener("webglcontextlost", giveUp);
      own?.dispose();
    };
  }, [canvas, kind]);
  return { painter, kind };
}
