import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import type { RunBody, RunsResponse } from "#api";
import { modelsQuery } from "../../client/queries.ts";
import { isRunning, runsQuery, startRun, stopRun } from "../../client/runs.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Failure } from "../../ui/states.tsx";
import { At } from "../../ui/time.tsx";
import { formatShort, formatSpan } from "../../words/format.ts";
import { Curves } from "./curves.tsx";
import { formatMetric, formatSetting } from "./model-words.ts";
import styles from "./models.module.css";

/** Fits that were asked for here: what runs now with its curve as it grows, and what became of the others. */
export function Runs({ onShow }: { readonly onShow: (reference: string) => void }) {
  const { data } = useQuery(runsQuery);
  const client = useQueryClient();
  const done = data?.runs.filter((run) => !isRunning(run)).length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when one more has ended there may be one more version
  useEffect(() => void client.invalidateQueries({ queryKey: modelsQuery.queryKey }), [done, client]);
  const [error, setError] = useState<unknown>();
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: runsQuery.queryKey });
  const attempt = (work: Promise<unknown>): void => {
    setError(undefined);
    work.catch(setError).finally(() => void again());
  };
  if (!data) return null;
  const running = data.runs.find(isRunning);
  return (
    <Panel
      title="Training"
      note="on everything in the log, beside the server; what comes of it is not in service"
    >
      {!running && <TrainForm trainable={data.trainable} onTrain={(request) => attempt(startRun(request))} />}
      {error !== undefined && <Failure error={error} />}
      {running && <Running run={running} onStop={() => attempt(stopRun(running.runId))} />}
      {data.runs.some((run) => !isRunning(run)) && (
        <ul className={styles["runs"]} aria-label="Runs since the server started">
          {data.runs
            .filter((run) => !isRunning(run))
            .map((run) => (
              <Ended key={run.runId} run={run} onShow={onShow} />
            ))}
        </ul>
      )}
    </Panel>
  );
}

/** Suggested where a model can hold people out: a curve that says how well is worth more than one that says how low. */
const VALIDATION_PEOPLE = 200;

function TrainForm(props: {
  readonly trainable: RunsResponse["trainable"];
  readonly onTrain: (request: { readonly model: string; readonly config: RunBody["config"] }) => void;
}) {
  const { trainable, onTrain } = props;
  const [name, setName] = useState("sequence-encoder");
  const chosen = trainable.find(({ model }) => model === name) ?? trainable[0];
  if (!chosen) return null;
  const suggested = {
    ...chosen.defaults,
    ...(chosen.defaults["validationPeople"] === 0 && { validationPeople: VALIDATION_PEOPLE }),
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const config = Object.fromEntries(
      Object.entries(chosen.defaults).flatMap(([key, before]) => {
        const text = String(form.get(key) ?? "").trim();
        const value = typeof before === "number" ? Number(text) : text;
        return text === "" || value === before ? [] : [[key, value]];
      }),
    );
    onTrain({ model: chosen.model, config });
  };
  return (
    <form key={chosen.model} className={styles["train"]} onSubmit={submit}>
      <div className={styles["trainHead"]}>
        <Choice
          label="Model to fit"
          value={chosen.model}
          options={trainable.map(({ model }) => ({ value: model, label: model }))}
          onChange={setName}
        />
        <Button look="primary" type="submit">
          Train
        </Button>
        <span className={styles["none"]}>{chosen.title}</span>
      </div>
      {Object.keys(chosen.defaults).length > 0 && (
        <details>
          <summary>Settings</summary>
          <div className={styles["settings"]}>
            {Object.entries(suggested).map(([key, value]) => (
              <label key={key}>
                {key}
                <input
                  name={key}
                  defaultValue={value}
                  inputMode={typeof value === "number" ? "decimal" : "text"}
                />
              </label>
            ))}
          </div>
        </details>
      )}
    </form>
  );
}

function Running({ run, onStop }: { readonly run: RunBody; readonly onStop: () => void }) {
  const { model, stage, curve, startedAt } = run;
  const point = curve.at(-1);
  const part = point ? point.epoch / point.epochs : stage && stage.total > 0 ? stage.done / stage.total : 0;
  return (
    <div className={styles["running"]} aria-live="polite">
      <div className={styles["trainHead"]}>
        <b>{model}</b>
        <span>
          since <At time={startedAt} />
        </span>
        <span>
          {point
            ? `pass ${point.epoch} of ${point.epochs}, ${formatShort(point.tokensPerSecond)} tokens/s, about ${formatSpan(point.remainingMs)} left`
            : (stage?.name ?? "reading the log")}
        </span>
        <Button onClick={onStop}>Stop</Button>
      </div>
      <progress value={part} max={1} aria-label={`${model}, how far it is`} />
      {curve.length > 0 && <Curves courses={[{ name: "this run", curve }]} />}
    </div>
  );
}

const ENDS: Readonly<Record<string, string>> = { stopped: "stopped; the next fit goes on from there" };

function Ended({ run, onShow }: { readonly run: RunBody; readonly onShow: (reference: string) => void }) {
  const { runId, model, status, version, curve, error, startedAt, endedAt, config } = run;
  const point = curve.at(-1);
  const reference = `${model}@${version}`;
  const settings = Object.entries(config).map(([key, value]) => `${key} ${formatSetting(value)}`);
  return (
    <li title={settings.join(", ")}>
      <span>
        run {runId}{" "}
        {version === null ? (
          <b>{model}</b>
        ) : (
          <button type="button" className={styles["name"]} onClick={() => onShow(reference)}>
            {model} <span>{version}</span>
          </button>
        )}
      </span>
      <span className={styles["none"]}>
        {error ??
          ENDS[status] ??
          (point ? `loss ${formatMetric(point.loss)} after ${point.epoch} passes` : status)}
      </span>
      <span className={styles["none"]}>
        <At time={startedAt} />
        {endedAt !== null && `, ${formatSpan(Date.parse(endedAt) - Date.parse(startedAt))}`}
      </span>
    </li>
  );
}
