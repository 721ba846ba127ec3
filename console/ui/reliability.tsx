import { type ReactNode, useRef } from "react";
import { formatCount } from "../words/format.ts";
import { useColors } from "./colors.ts";
import { Figure } from "./figure.tsx";
import { saveSvg } from "./save.ts";

export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly people: number;
}

const SIDE = 200;
const LEFT = 34;
const FOOT = 30;

/** What was said against what happened: on the diagonal both are the same. */
export function Reliability(props: {
  readonly label: string;
  readonly bins: readonly ReliabilityBin[];
  readonly caption: ReactNode;
}) {
  const { label, bins, caption } = props;
  const svg = useRef<SVGSVGElement>(null);
  const colors = useColors();
  const x = (value: number): number => LEFT + value * SIDE;
  const y = (value: number): number => 6 + (1 - value) * SIDE;
  const most = Math.max(1, ...bins.map(({ people }) => people));
  const words = { fill: colors.of("text-3"), fontSize: 11, fontFamily: colors.of("font") };
  return (
    <Figure
      label={label}
      caption={caption}
      height={SIDE + FOOT}
      header={["said", "happened", "people"]}
      rows={() => bins.map(({ predicted, observed, people }) => [predicted, observed, people])}
      formatCell={(cell, column) => (column === 2 ? formatCount(Number(cell)) : Number(cell).toFixed(3))}
      savePicture={() => svg.current && void saveSvg(`${label}.png`, svg.current, colors.of("background"))}
    >
      <svg
        ref={svg}
        width={LEFT + SIDE + 8}
        height={SIDE + FOOT + 6}
        role="img"
        aria-label={`${label}; the same numbers are in the table`}
      >
        <path d={`M${x(0)} ${y(1)}V${y(0)}H${x(1)}`} fill="none" stroke={colors.of("line-strong")} />
        <path
          d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`}
          stroke={colors.of("line-strong")}
          strokeDasharray="3 3"
        />
        {[0, 0.5, 1].map((tick) => (
          <g key={tick} {...words}>
            <text x={x(tick)} y={y(0) + 14} textAnchor="middle">
              {tick}
            </text>
            <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        <text {...words} x={x(0.5)} y={y(0) + 28} textAnchor="middle">
          said
        </text>
        <text {...words} x={x(0) + 4} y={y(1) + 8}>
          happened
        </text>
        <polyline
          points={bins.map(({ predicted, observed }) => `${x(predicted)},${y(observed)}`).join(" ")}
          fill="none"
          stroke={colors.hues[0]}
          strokeWidth="1.4"
        />
        {bins.map(({ predicted, observed, people }) => (
          <circle
            key={`${predicted} ${observed}`}
            cx={x(predicted)}
            cy={y(observed)}
            r={2 + 3 * Math.sqrt(people / most)}
            fill={colors.hues[0]}
          >
            <title>{`said ${predicted.toFixed(2)}, happened ${observed.toFixed(2)}, ${people} people`}</title>
          </circle>
        ))}
      </svg>
    </Figure>
  );
}
