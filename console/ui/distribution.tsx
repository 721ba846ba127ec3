import { type ReactNode, useRef } from "react";
import { formatShare } from "../words/format.ts";
import { formatFeature } from "../words/values.ts";
import { type Colors, useColors } from "./colors.ts";
import styles from "./distribution.module.css";
import { Figure } from "./figure.tsx";
import { saveSvg } from "./save.ts";
import { useWidth } from "./width.ts";

export interface DistributionProps {
  /** Says what is drawn to who cannot see it, and names the files. */
  readonly label: string;
  readonly caption: ReactNode;
  /** Of the bins, one more than there are bins. */
  readonly bounds: readonly number[];
  /** Part of everybody in each. */
  readonly shares: readonly number[];
  /** The same of another time, as an outline. */
  readonly before?: readonly number[];
  /** Part without a value, which stands beside the bins. */
  readonly absent?: number;
  /** A value to be marked. */
  readonly mark?: number;
  /** What lies beyond the last bound is in the last bin. */
  readonly hasTail?: boolean;
  readonly height?: number;
}

const HEIGHT = 132;
const TOP = 14;
const FOOT = 20;
const LEFT = 40;
/** Room for those without a value. */
const ABSENT = 44;

/** How values lie: bars now, an outline for another time, axes with units; the same as a table and as files. */
export function Distribution(props: DistributionProps) {
  const { label, caption, bounds, shares, before, absent, height = HEIGHT } = props;
  const svg = useRef<SVGSVGElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const colors = useColors();
  const rows = (): (string | number)[][] => [
    ...(absent === undefined ? [] : [["no value", "", absent, ""].slice(0, before ? 4 : 3)]),
    ...shares.map((share, n) => [bounds[n]!, bounds[n + 1]!, share, ...(before ? [before[n] ?? 0] : [])]),
  ];
  return (
    <Figure
      label={label}
      caption={caption}
      height={height}
      header={["from", "to", "now", ...(before ? ["before"] : [])]}
      rows={rows}
      formatCell={(cell, column) =>
        typeof cell === "string" ? cell : column < 2 ? formatFeature(cell) : formatShare(cell)
      }
      savePicture={() => svg.current && void saveSvg(`${label}.png`, svg.current, colors.of("background"))}
    >
      <div ref={host} className={styles["host"]} style={{ height }}>
        {width > 0 && (
          <svg
            ref={svg}
            width={width}
            height={height}
            role="img"
            aria-label={`${label}; the same numbers are in the table`}
          >
            <Drawing {...props} width={width} height={height} colors={colors} />
          </svg>
        )}
      </div>
    </Figure>
  );
}

interface DrawingProps extends DistributionProps {
  readonly width: number;
  readonly height: number;
  readonly colors: Colors;
}

/** Where values and shares are, in pixels. */
function scaleOf({ bounds, shares, before = [], absent, width, height }: DrawingProps) {
  const top = niceShare(Math.max(...shares, ...before, absent ?? 0, 0.01));
  const left = LEFT + (absent === undefined ? 0 : ABSENT);
  const foot = height - FOOT;
  const [from, to] = [bounds[0] ?? 0, bounds.at(-1) ?? 1];
  const x = (value: number): number => left + ((value - from) / (to - from || 1)) * (width - left - 8);
  const y = (share: number): number => foot - (share / top) * (foot - TOP);
  const bar = (share: number): { y: number; height: number } => {
    const size = share === 0 ? 0 : Math.max(1.5, foot - y(share)); // the few are seen as well
    return { y: foot - size, height: size };
  };
  return { top, foot, from, x, y, bar };
}

function Drawing(props: DrawingProps) {
  const { bounds, shares, before = [], absent, mark, colors } = props;
  const { foot, from, x, y, bar } = scaleOf(props);
  return (
    <>
      <Axes {...props} />
      {absent !== undefined && (
        <rect x={LEFT + 8} width={ABSENT - 22} {...bar(absent)} fill={colors.of("line-strong")}>
          <title>{`${formatShare(absent)} without a value`}</title>
        </rect>
      )}
      {shares.map((share, n) => (
        <rect
          key={bounds[n]}
          x={x(bounds[n]!) + 0.75}
          width={Math.max(1, x(bounds[n + 1]!) - x(bounds[n]!) - 1.5)}
          {...bar(share)}
          fill={colors.of("accent")}
          opacity={0.72}
        >
          <title>{binTitle(props, n)}</title>
        </rect>
      ))}
      {before.length > 0 && (
        <path
          d={`M${x(from)} ${foot}${before.map((share, n) => `V${y(share)}H${x(bounds[n + 1]!)}`).join("")}V${foot}`}
          fill="none"
          stroke={colors.of("text-2")}
          strokeWidth={1.3}
        />
      )}
      {mark !== undefined && (
        <line x1={x(mark)} x2={x(mark)} y1={TOP - 6} y2={foot} stroke={colors.of("text")} strokeWidth={1.6} />
      )}
    </>
  );
}

function Axes(props: DrawingProps) {
  const { bounds, absent, hasTail = false, width, height, colors } = props;
  const { top, x, y } = scaleOf(props);
  const words = { fill: colors.of("text-3"), fontSize: 11, fontFamily: colors.of("font") };
  const ticks = ticksOf(bounds);
  const last = ticks.length - 1;
  const anchorOf = (n: number) =>
    isBinned(bounds) || (n > 0 && n < last) ? "middle" : n === 0 ? "start" : "end";
  return (
    <>
      {[0, top / 2, top].map((tick) => (
        <g key={tick}>
          <line
            x1={LEFT}
            x2={width}
            y1={y(tick)}
            y2={y(tick)}
            stroke={colors.of(tick ? "line" : "line-strong")}
          />
          <text {...words} x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
            {formatShare(tick)}
          </text>
        </g>
      ))}
      {absent !== undefined && (
        <text {...words} x={LEFT + 8 + (ABSENT - 22) / 2} y={height - 5} textAnchor="middle">
          none
        </text>
      )}
      {ticks.map((tick, n) => (
        <text key={tick} {...words} x={x(tick)} y={height - 5} textAnchor={anchorOf(n)}>
          {formatFeature(tick)}
          {hasTail && n === last && "+"}
        </text>
      ))}
    </>
  );
}

function binTitle({ bounds, shares, before }: DistributionProps, bin: number): string {
  const [from, to] = [bounds[bin]!, bounds[bin + 1]!];
  const values = isBinned(bounds)
    ? formatFeature((from + to) / 2)
    : `${formatFeature(from)} to ${formatFeature(to)}`;
  const then = before ? `, before ${formatShare(before[bin] ?? 0)}` : "";
  return `${values}: ${formatShare(shares[bin]!)}${then}`;
}

/** Whether each bin is of one whole number: it is its middle that has a name. */
function isBinned(bounds: readonly number[]): boolean {
  return bounds.length > 1 && bounds.every((bound) => Math.abs(bound % 1) === 0.5);
}

function ticksOf(bounds: readonly number[]): number[] {
  const [from = 0, to = 1] = [bounds[0], bounds.at(-1)];
  if (!isBinned(bounds)) return [from, (from + to) / 2, to];
  const step = Math.ceil((bounds.length - 1) / 7);
  return bounds.slice(0, -1).flatMap((bound, n) => (n % step === 0 ? bound + 0.5 : []));
}

/** A round share at or above. */
function niceShare(share: number): number {
  return [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].find((round) => round >= share) ?? 1;
}

/** The same in the height of a line of text. */
export function SmallDistribution(props: {
  readonly label: string;
  readonly shares: readonly number[];
  readonly before?: readonly number[];
}) {
  const { label, shares, before = [] } = props;
  const top = Math.max(...shares, ...before, 0.01);
  const [width, height] = [112, 24];
  const step = width / shares.length;
  const y = (share: number): number => height - 1 - (share / top) * (height - 3);
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      {shares.map((share, n) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its bin
          key={n}
          x={n * step + 0.25}
          width={Math.max(1, step - 0.5)}
          y={share > 0 ? Math.min(height - 2.5, y(share)) : height - 1}
          height={share > 0 ? Math.max(1.5, height - 1 - y(share)) : 1}
          fill={share > 0 ? "var(--accent)" : "var(--line-strong)"}
          opacity={share > 0 ? 0.72 : 1}
        />
      ))}
      {before.length > 0 && (
        <path
          d={`M0 ${height - 1}${before.map((share, n) => `V${y(share)}H${(n + 1) * step}`).join("")}V${height - 1}`}
          fill="none"
          stroke="var(--text-2)"
        />
      )}
    </svg>
  );
}
