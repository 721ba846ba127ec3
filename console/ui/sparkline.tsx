/** Counts over time as bars, in the height of a line of text. */
export function Sparkline(props: {
  readonly counts: readonly number[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const { counts, label, width = 112, height = 20 } = props;
  const max = Math.max(1, ...counts);
  const step = width / counts.length;
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      {counts.map((count, n) => {
        const size = count === 0 ? 1 : 2 + ((height - 2) * count) / max;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its day
            key={n}
            x={n * step}
            y={height - size}
            width={Math.max(1, step - 1)}
            height={size}
            fill={count === 0 ? "var(--line-strong)" : "var(--accent)"}
            opacity={count === 0 ? 1 : 0.8}
          />
        );
      })}
    </svg>
  );
}
