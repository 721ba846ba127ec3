import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatCount, formatShort } from "../words/format.ts";
import { colorOf } from "../words/palette.ts";
import { Button } from "./button.tsx";
import styles from "./chart.module.css";
import { useColors } from "./colors.ts";
import { saveCanvas, saveText, toCsv } from "./save.ts";
import { useWidth } from "./width.ts";

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
  readonly formatAt: (at: number) => string;
}

/** Values over time: stacked bars, or lines. The same numbers are there as a table and as files. */
export function Chart(props: ChartProps) {
  const { label, at, series, unit, formatAt } = props;
  const [isTable, setTable] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const plot = useRef<uPlot>(null);
  const colors = useColors();
  const shown = hovered ?? null;
  const rows = (): (string | number)[][] =>
    at.map((time, n) => [formatAt(time), ...series.map(({ values }) => values[n] ?? "")]);
  return (
    <figure className={styles["chart"]} aria-label={label}>
      <figcaption className={styles["legend"]}>
        {series.map(({ name, hue, values }) => (
          <span key={name}>
            <i style={{ background: colorOf(hue) }} />
            {name}
            {shown !== null && <b>{formatShort(values[shown] ?? 0)}</b>}
          </span>
        ))}
        <span className={styles["at"]}>
          {shown !== null && at[shown] !== undefined ? formatAt(at[shown]) : unit}
        </span>
        <span className={styles["tools"]}>
          <Button look="quiet" isOn={isTable} onClick={() => setTable(!isTable)}>
            Table
          </Button>
          <Button
            look="quiet"
            onClick={() => saveText(`${label}.csv`, toCsv(["at", ...series.map(({ name }) => name)], rows()))}
          >
            CSV
          </Button>
          <Button
            look="quiet"
            onClick={() =>
              plot.current && saveCanvas(`${label}.png`, plot.current.ctx.canvas, colors.of("background"))
            }
          >
            PNG
          </Button>
        </span>
      </figcaption>
      {isTable ? <Numbers {...props} /> : <Plot {...props} plot={plot} onHover={setHovered} />}
    </figure>
  );
}

function Numbers({ at, series, formatAt, height = 200 }: ChartProps) {
  const recent = at.map((_, n) => n).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard
    <div className={styles["numbers"]} style={{ maxHeight: height }} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">at</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {recent.map((n) => (
            <tr key={at[n]}>
              <th scope="row">{formatAt(at[n] ?? 0)}</th>
              {series.map(({ name, values }) => (
                <td key={name}>{values[n] == null ? "–" : formatCount(values[n])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Plot(
  props: ChartProps & {
    readonly plot: { current: uPlot | null };
    readonly onHover: (position: number | null) => void;
  },
) {
  const { at, series, look, height = 200, isTime = true, formatAt, plot, onHover } = props;
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
    const order = look === "bars" ? [...series].reverse() : series;
    const options: uPlot.Options = {
      width,
      height,
      legend: { show: false },
      padding: [8, 4, 0, 0],
      scales: {
        x: {
          time: isTime,
          range: (_, min, max) => (look === "bars" ? withRoom(min, max, at.length) : [min, max]),
        },
        y: { range: (_, __, max) => [0, niceTop(max)] },
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
            : { label: name, stroke: color, width: 1.6, points: { show: false } };
        }),
      ],
    };
    plot.current = new uPlot(options, data as uPlot.AlignedData, host.current);
    return () => {
      plot.current?.destroy();
      plot.current = null;
      onHover(null);
    };
  }, [width, height, look, names, colors, isTime]);
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data, plot]);
  return <div ref={host} className={styles["plot"]} style={{ height }} />;
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
    { ...shared, size: 44, space: 36, values: (_, splits) => splits.map(formatShort) },
  ];
}
