import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatShort } from "../words/format.ts";
import { colorOf } from "../words/palette.ts";
import styles from "./chart.module.css";
import { type Colors, useColors } from "./colors.ts";
import { Figure } from "./figure.tsx";
import { saveCanvas } from "./save.ts";
import { useWidth } from "./width.ts";

const HEIGHT = 200;
/** Up to so many values on a line each is a point that is seen. */
const FEW = 16;

export interface Series {
  readonly name: string;
  readonly hue: number;
  /** One for each position of `at`; `null` where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface ChartProps {
  /** Says what is drawn to who cannot see it, and names the files. */
  readonly label: string;
  /** Seconds since 1970, or steps where `isTime` is false. */
  readonly at: readonly number[];
  readonly series: readonly Series[];
  /** Of the values: "events/s". */
  readonly unit: string;
  readonly look: "bars" | "lines";
  readonly height?: number;
  readonly isTime?: boolean;
  /** False: the axis has room for what is drawn and no more. Default: it begins at 0. */
  readonly isFromZero?: boolean;
  readonly formatAt: (at: number) => string;
}

/** Values over time: stacked bars, or lines. The same numbers are there as a table and as files. */
export function Chart(props: ChartProps) {
  const { label, at, series, unit, formatAt, height = HEIGHT } = props;
  const [hovered, setHovered] = useState<number | null>(null);
  const plot = useRef<uPlot>(null);
  const colors = useColors();
  const savePicture = (): void => {
    if (plot.current) saveCanvas(`${label}.png`, [plot.current.ctx.canvas], colors.of("background"));
  };
  return (
    <Figure
      label={label}
      height={height}
      header={["at", ...series.map(({ name }) => name)]}
      rows={() => at.map((time, n) => [time, ...series.map(({ values }) => values[n] ?? "")]).reverse()}
      formatCell={(cell, column) =>
        column === 0 ? formatAt(Number(cell)) : cell === "" ? "–" : formatShort(Number(cell))
      }
      savePicture={savePicture}
      caption={<Legend series={series} hovered={hovered} at={at} unit={unit} formatAt={formatAt} />}
    >
      <Plot {...props} plot={plot} onHover={setHovered} />
    </Figure>
  );
}

function Legend(
  props: Pick<ChartProps, "series" | "at" | "unit" | "formatAt"> & { readonly hovered: number | null },
) {
  const { series, hovered, at, unit, formatAt } = props;
  return (
    <span className={styles["legend"]} aria-live="polite">
      {series.map(({ name, hue, values }) => (
        <span key={name}>
          <i style={{ background: colorOf(hue) }} />
          {name}
          {hovered !== null && <b>{formatShort(values[hovered] ?? 0)}</b>}
        </span>
      ))}
      <span className={styles["at"]}>
        {hovered !== null && at[hovered] !== undefined ? formatAt(at[hovered]) : unit}
      </span>
    </span>
  );
}

function Plot(
  props: ChartProps & {
    readonly plot: { current: uPlot | null };
    readonly onHover: (position: number | null) => void;
  },
) {
  const { label, at, series, look, height = HEIGHT, isTime = true, isFromZero = true, plot, onHover } = props;
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const colors = useColors();
  const names = series.map(({ name, hue }) => `${name}:${hue}`).join();
  const data = useMemo(
    () => [Array.from(at), ...(look === "bars" ? stacked(series) : plain(series))],
    [at, series, look],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew for other series; other values are only set, below
  useEffect(() => {
    if (!host.current || width === 0) return;
    const options = optionsOf({ ...props, width, height, isTime, isFromZero }, colors, onHover);
    plot.current = new uPlot(options, data as uPlot.AlignedData, host.current);
    return () => {
      plot.current?.destroy();
      plot.current = null;
      onHover(null);
    };
  }, [width, height, look, names, colors, isTime, isFromZero]);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data, plot]);
  const walk = (event: KeyboardEvent): void => {
    const drawn = plot.current;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!drawn || step === undefined || at.length === 0) return;
    event.preventDefault();
    const before = drawn.cursor.idx ?? (step > 0 ? -1 : at.length);
    const next = Math.min(at.length - 1, Math.max(0, before + step));
    drawn.setCursor({ left: drawn.valToPos(at[next]!, "x"), top: 0 });
  };
  return (
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk the drawing
      tabIndex={0}
      aria-label={`${label}; left and right arrows walk the values`}
      ref={host}
      className={styles["plot"]}
      style={{ height }}
      onKeyDown={walk}
    />
  );
}

function optionsOf(
  props: ChartProps & { readonly width: number },
  colors: Colors,
  onHover: (position: number | null) => void,
): uPlot.Options {
  const { width, height = HEIGHT, at, series, look, isTime = true, isFromZero = true, formatAt } = props;
  const order = look === "bars" ? [...series].reverse() : series;
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 18, 0, 0], // half a label beyond the last value
    scales: {
      x: {
        time: isTime,
        range: (_, min, max) => (look === "bars" ? withRoom(min, max, at.length) : [min, max]),
      },
      y: { range: (_, min, max) => (isFromZero ? [0, niceTop(max)] : around(min, max)) },
    },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: look === "lines", size: 6 } },
    hooks: { setCursor: [(drawn) => onHover(drawn.cursor.idx ?? null)] },
    axes: axesOf(colors.of, formatAt),
    series: [
      {},
      ...order.map(({ name, hue }): uPlot.Series => {
        const color = colors.hues[hue] ?? "";
        return look === "bars"
          ? {
              label: name,
              fill: color,
              width: 0,
              points: { show: false },
              ...(barPaths && { paths: barPaths }),
            }
          : { label: name, stroke: color, width: 1.6, points: { show: at.length <= FEW, size: 5 } };
      }),
    ],
  };
}

const barPaths = uPlot.paths.bars?.({ size: [0.86, 40], align: 0 });

/** The tallest first, so that each is drawn over by those beneath it in the stack. */
function stacked(series: readonly Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, n) => (value ?? 0) + (below?.[n] ?? 0)));
  }
  return sums.reverse();
}

function plain(series: readonly Series[]): (number | null)[][] {
  return series.map(({ values }) => [...values]);
}

/** A tenth of what is drawn more at both ends. */
function around(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const room = (max - min) / 10 || Math.abs(max) / 10 || 1;
  return [min - room, max + room];
}

/** Half a bar more at both ends. */
function withRoom(min: number, max: number, bars: number): [number, number] {
  const half = bars > 1 ? (max - min) / (bars - 1) / 2 : 0.5;
  return [min - half, max + half];
}

/** 1, 2 or 5 times a power of ten, at or above. */
export function niceTop(max: number | null): number {
  if (max === null || !(max > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  const factor = [1, 1.5, 2, 3, 5, 8, 10].find((step) => step * power >= max) ?? 10;
  return factor * power;
}

function axesOf(colorOfToken: (token: string) => string, formatAt: (at: number) => string): uPlot.Axis[] {
  const shared = {
    stroke: colorOfToken("text-3"),
    font: `11px ${colorOfToken("font")}`,
    ticks: { show: false },
    grid: { stroke: colorOfToken("line"), width: 1 },
  };
  return [
    { ...shared, grid: { show: false }, size: 26, space: 90, values: (_, splits) => splits.map(formatAt) },
    { ...shared, size: 44, space: 28, values: (_, splits) => splits.map(formatShort) },
  ];
}
