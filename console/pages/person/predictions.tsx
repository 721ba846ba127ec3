import type { UserResponse } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { formatShare } from "../../words/format.ts";
import styles from "./person.module.css";
import { driverWords, targetWords } from "./prediction-words.ts";

const DRIVERS = 3;

/** What is foretold, how likely, and what moves it. Nothing where nothing is. */
export function Predictions({ user: { predictions } }: { readonly user: UserResponse }) {
  if (!predictions || predictions.value.length === 0) return null;
  return (
    <Panel title="Foretold" note="calibrated; what moves it most">
      <ul className={styles["predictions"]}>
        {predictions.value.map(({ target, probability, drivers }) => (
          <li key={target}>
            {targetWords(target)}
            <b>{formatShare(probability)}</b>
            <span className={styles["track"]}>
              <i className={styles["fill"]} style={{ width: `${100 * probability}%` }} />
            </span>
            {drivers.length > 0 && (
              <small className={styles["drivers"]}>{driverWords(drivers, DRIVERS)}</small>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
