import styles from "./histogram.module.css";

const HEIGHT = 30;

/** How many people have which value between 0 and 1, and where one of them stands. */
export function Histogram(props: {
  readonly label: string;
  readonly bins: readonly number[];
  readonly value: number;
}) {
  const { label, bins, value } = props;
  const top = Math.max(1, ...bins);
  const width = bins.length === 0 ? 100 : 100 / bins.length;
  return (
    <svg
      className={styles["histogram"]}
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bins.map((count, n) => {
        const size = count === 0 ? 0 : 1.5 + (HEIGHT - 4) * Math.sqrt(count / top);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its bin
            key={n}
            x={n * width + 0.2}
            y={HEIGHT - size}
            width={width - 0.4}
            height={size}
            fill="var(--line-strong)"
          >
            <title>{`${count} people from ${(n / bins.length).toFixed(2)} to ${((n + 1) / bins.length).toFixed(2)}`}</title>
          </rect>
        );
      })}
      {bins.length === 0 && (
        <rect y={HEIGHT - 6} width={100 * value} height="6" fill="var(--accent)" opacity="0.35" />
      )}
      <line
        x1="0"
        x2="100"
        y1={HEIGHT}
        y2={HEIGHT}
        stroke="var(--line-strong)"
        vectorEffect="non-scaling-stroke"
      />
      <line
        x1={Math.min(99.6, Math.max(0.4, 100 * value))}
        x2={Math.min(99.6, Math.max(0.4, 100 * value))}
        y1="0"
        y2={HEIGHT}
        stroke="var(--accent)"
        strokeWidth="2.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
