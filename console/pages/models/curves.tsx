import { useMemo } from "react";
import type { LearningPointBody } from "#api";
import { Chart, type Series } from "../../ui/chart.tsx";
import styles from "./models.module.css";

/** A run whose curve is drawn, with the name it has in the legend. */
export interface Course {
  readonly name: string;
  readonly curve: readonly LearningPointBody[];
}

const HEIGHT = 190;

/** How learning went, pass by pass: what is minimised, and what people held out say. Two runs lie over each other. */
export function Curves({ courses }: { readonly courses: readonly Course[] }) {
  const drawn = useMemo(() => {
    const passes = Math.max(0, ...courses.map(({ curve }) => curve.length));
    const at = Array.from({ length: passes }, (_, n) => n + 1);
    const seriesOf = (value: (point: LearningPointBody) => number | undefined): Series[] =>
      courses.map(({ name, curve }, n) => ({
        name,
        hue: HUES[n % HUES.length]!,
        values: at.map((epoch) => {
          const point = curve[epoch - 1];
          return point ? (value(point) ?? null) : null;
        }),
      }));
    return {
      at,
      losses: seriesOf(({ loss }) => loss),
      validations: seriesOf(({ validation }) => validation),
      hasValidation: courses.some(({ curve }) => curve.some(({ validation }) => validation !== undefined)),
    };
  }, [courses]);
  const shared = { at: drawn.at, look: "lines", height: HEIGHT, isTime: false, isFromZero: false } as const;
  return (
    <div className={styles["curves"]}>
      <Chart {...shared} label="Loss" series={drawn.losses} unit="loss by pass" formatAt={passAt} />
      {drawn.hasValidation && (
        <Chart
          {...shared}
          label="NDCG@10 on validation"
          series={drawn.validations}
          unit="NDCG@10 on validation, by pass"
          formatAt={passAt}
        />
      )}
    </div>
  );
}

const HUES = [0, 7] as const;

function passAt(epoch: number): string {
  return Number.isInteger(epoch) ? String(epoch) : "";
}
