import type { PredictionModelResponse } from "#api";
import { countOf, formatDay, formatShare } from "../words/format.ts";
import { targetWords } from "../words/targets.ts";
import styles from "./how-true.module.css";
import { Reliability } from "./reliability.tsx";

/** What was foretold of people it was not learned from, against what happened to them. */
export function HowTrue({ model }: { readonly model: PredictionModelResponse }) {
  return (
    <div className={styles["true"]}>
      <p className={styles["held"]}>
        Learned from {countOf(model.people, "person", "people")}
        {model.trainedUntil !== null && ` until ${formatDay(model.trainedUntil)}`}, and held against others.
      </p>
      {model.targets.map(({ target, tested, rate, auc, ece, reliability }) => (
        <Reliability
          key={target}
          label={`Said and happened, ${targetWords(target)}`}
          bins={reliability}
          caption={
            <span>
              <b className={styles["target"]}>{targetWords(target)}</b> AUC {auc.toFixed(3)}, ECE{" "}
              {ece.toFixed(3)}, {formatShare(rate)} of {countOf(tested, "person", "people")}
            </span>
          }
        />
      ))}
    </div>
  );
}
