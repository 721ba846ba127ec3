import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PredictionModelResponse, UserResponse } from "#api";
import { populationQuery, predictionModelQuery } from "../../client/population.ts";
import { Button } from "../../ui/button.tsx";
import { Histogram } from "../../ui/histogram.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Reliability } from "../../ui/reliability.tsx";
import { countOf, formatDay, formatProbability, formatShare } from "../../words/format.ts";
import { targetWords } from "../../words/targets.ts";
import styles from "./person.module.css";
import { driverWords, partBelow } from "./prediction-words.ts";

const DRIVERS = 3;

/** What is foretold, how likely beside everybody, what moves it, and how true such words were. Nothing where nothing is. */
export function Predictions({ user: { predictions } }: { readonly user: UserResponse }) {
  const isForetold = (predictions?.value.length ?? 0) > 0;
  const population = useQuery({ ...populationQuery(), enabled: isForetold });
  const model = useQuery({ ...predictionModelQuery, enabled: isForetold });
  const [isHeld, setHeld] = useState(false);
  if (!predictions || predictions.value.length === 0) return null;
  const binsOf = (target: string) =>
    population.data?.predictions.find((one) => one.target === target)?.bins ?? [];
  return (
    <Panel
      title="Foretold"
      note={population.data ? "among everybody, from 0 to 1" : "and what moves it most"}
      actions={
        model.data && (
          <Button look="quiet" isOn={isHeld} onClick={() => setHeld(!isHeld)}>
            How true is it?
          </Button>
        )
      }
    >
      <ul className={styles["predictions"]}>
        {predictions.value.map(({ target, probability, drivers }) => (
          <li key={target}>
            {targetWords(target)}
            <b>{formatProbability(probability)}</b>
            <Histogram
              label={`${targetWords(target)}: ${formatProbability(probability)}`}
              bins={binsOf(target)}
              value={probability}
            />
            <small className={styles["drivers"]}>
              {driverWords(drivers, DRIVERS)}
              {binsOf(target).length > 0 && (
                <span className={styles["below"]}>
                  more likely than {formatShare(partBelow(binsOf(target), probability))} of people
                </span>
              )}
            </small>
          </li>
        ))}
      </ul>
      {isHeld && model.data && <HowTrue model={model.data} />}
    </Panel>
  );
}

function HowTrue({ model }: { readonly model: PredictionModelResponse }) {
  return (
    <div className={styles["true"]}>
      <p className={styles["held"]}>
        Learned from {countOf(model.people, "person", "people")} until {formatDay(model.trainedUntil)}, and
        held against others.
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
