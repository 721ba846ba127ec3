import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { UserResponse } from "#api";
import { populationQuery, predictionModelQuery } from "../../client/population.ts";
import { Button } from "../../ui/button.tsx";
import { Distribution } from "../../ui/distribution.tsx";
import { HowTrue } from "../../ui/how-true.tsx";
import { Panel } from "../../ui/panel.tsx";
import { formatProbability } from "../../words/format.ts";
import { targetWords } from "../../words/targets.ts";
import styles from "./person.module.css";
import { driverWords, partBelow, peopleWords } from "./prediction-words.ts";

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
            <AmongEverybody target={target} probability={probability} bins={binsOf(target)} />
            <small className={styles["drivers"]}>
              {driverWords(drivers, DRIVERS)}
              {binsOf(target).length > 0 && (
                <span className={styles["below"]}>
                  more likely than {peopleWords(partBelow(binsOf(target), probability))}
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

/** The probability, and where it stands among those of everybody, once they were all looked at. */
function AmongEverybody(props: {
  readonly target: string;
  readonly probability: number;
  readonly bins: readonly number[];
}) {
  const { target, probability, bins } = props;
  const drawn = useMemo(() => {
    const people = bins.reduce((sum, count) => sum + count, 0);
    return {
      bounds: Array.from({ length: bins.length + 1 }, (_, n) => n / bins.length),
      shares: bins.map((count) => count / Math.max(1, people)),
    };
  }, [bins]);
  const words = (
    <span className={styles["foretold"]}>
      {targetWords(target)} <b>{formatProbability(probability)}</b>
    </span>
  );
  if (bins.length === 0) return words;
  return (
    <Distribution
      label={`${targetWords(target)}, among everybody`}
      caption={words}
      {...drawn}
      mark={probability}
      height={84}
    />
  );
}
