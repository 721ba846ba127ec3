import { useEffect, useRef, useState } from "react";
import { formatTime } from "../../words/format.ts";
import styles from "./timeline.module.css";
import type { View } from "./view.ts";

const STEPS = 600;
/** What follows asks the server: not more often than it is seen. */
const EVERY_MS = 120;

/** Time as a control: every panel says what was known at the moment it stands at. At its right end it is now. */
export function AsOfSlider(props: {
  readonly bounds: View;
  readonly asOfMs: number | undefined;
  readonly onAsOf: (ms: number | undefined) => void;
}) {
  const { bounds, asOfMs, onAsOf } = props;
  const span = bounds.toMs - bounds.fromMs;
  const stepAt = (ms: number | undefined): number =>
    ms === undefined
      ? STEPS
      : Math.min(STEPS, Math.max(0, Math.round((STEPS * (ms - bounds.fromMs)) / span)));
  const [step, setStep] = useState(stepAt(asOfMs));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another moment or history from outside; not what is being dragged
  useEffect(() => {
    if (timer.current === undefined) setStep(stepAt(asOfMs));
  }, [asOfMs, bounds]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const latest = useRef(step);
  const move = (next: number): void => {
    setStep(next);
    latest.current = next;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const ms = bounds.fromMs + (latest.current / STEPS) * span;
      onAsOf(latest.current >= STEPS ? undefined : ms);
    }, EVERY_MS);
  };
  const words = step >= STEPS ? "now" : formatTime(bounds.fromMs + (step / STEPS) * span);
  return (
    <>
      <span className={styles["asOfName"]} aria-hidden="true">
        as of <b>{words}</b>
      </span>
      <input
        type="range"
        className={styles["asOf"]}
        aria-label="As of"
        aria-valuetext={words}
        min={0}
        max={STEPS}
        value={step}
        onChange={(change) => move(Number(change.target.value))}
      />
    </>
  );
}
