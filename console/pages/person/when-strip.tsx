import { type DragEvent, useMemo, useState } from "react";
import { formatTime } from "../../words/format.ts";
import { densityOf, type Moment } from "./moments.ts";
import type { View } from "./view.ts";
import styles from "./what-if.module.css";

const STEPS = 500;
const BINS = 100;
/** Of what is dragged onto the strip: the item's place in the list of those found. */
export const DRAGGED = "application/x-inkling-item";

/** Their time here in one line: a slider chooses the moment of what is added, and what is dropped on it happens where it falls. */
export function WhenStrip(props: {
  readonly moments: readonly Moment[];
  readonly bounds: View;
  /** `undefined`: at the moment that is looked at. */
  readonly whenMs: number | undefined;
  readonly added: readonly (number | undefined)[];
  readonly onWhen: (ms: number | undefined) => void;
  readonly onDrop: (found: number, ms: number) => void;
}) {
  const { moments, bounds, whenMs, added, onWhen, onDrop } = props;
  const [overMs, setOver] = useState<number>();
  const span = bounds.toMs - bounds.fromMs;
  const bars = useMemo(() => densityOf(moments, { ...bounds, bins: BINS }), [moments, bounds]);
  const part = (ms: number): number => Math.min(1, Math.max(0, (ms - bounds.fromMs) / span));
  const msAt = (event: DragEvent): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return bounds.fromMs + span * Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const step = whenMs === undefined ? STEPS : Math.round(STEPS * part(whenMs));
  const words = whenMs === undefined ? "at the end" : formatTime(whenMs);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here is done by the slider and Enter as well
    <div
      className={styles["when"]}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(msAt(event));
      }}
      onDragLeave={() => setOver(undefined)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(undefined);
        onDrop(Number(event.dataTransfer.getData(DRAGGED)), msAt(event));
      }}
    >
      <svg viewBox={`0 0 ${BINS} 24`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map((height, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          <rect key={n} x={n + 0.15} width={0.7} y={24 - 22 * height} height={22 * height} />
        ))}
      </svg>
      {added.map((ms, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may be added twice
        <i key={n} style={{ left: `${100 * part(ms ?? bounds.toMs)}%` }} />
      ))}
      {overMs !== undefined && <u style={{ left: `${100 * part(overMs)}%` }}>{formatTime(overMs)}</u>}
      <input
        type="range"
        aria-label="When it happens"
        aria-valuetext={words}
        min={0}
        max={STEPS}
        value={step}
        onChange={({ target: { value } }) =>
          onWhen(Number(value) >= STEPS ? undefined : bounds.fromMs + (Number(value) / STEPS) * span)
        }
      />
      <span>
        happens <b>{words}</b>
      </span>
    </div>
  );
}
