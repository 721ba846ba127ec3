import type { ModelBody, ModelsResponse } from "#api";
import { Button } from "../../ui/button.tsx";
import { At } from "../../ui/time.tsx";
import { countOf, formatBytes, formatCount, formatDay, formatMs } from "../../words/format.ts";
import { formatFit, formatMetric, referenceOf, roleOf } from "./model-words.ts";
import styles from "./models.module.css";

/** Every version, newest first. */
export function Versions(props: {
  readonly models: readonly ModelBody[];
  readonly latencies: ModelsResponse["latencies"];
  readonly shown: ModelBody | undefined;
  readonly other: ModelBody | undefined;
  readonly onShow: (model: ModelBody) => void;
  readonly onCompare: (model: ModelBody | undefined) => void;
}) {
  const { models, latencies, shown, other, onShow, onCompare } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard
    <section className={styles["scroll"]} tabIndex={0} aria-label="Versions of models">
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">model</th>
            <th scope="col">serves</th>
            <th scope="col">made</th>
            <th scope="col">learned from</th>
            <th scope="col">interactions</th>
            <th scope="col">took</th>
            <th scope="col">size</th>
            <th scope="col" title="what it took of its newest lists and rankings since the server started">
              serving p50, p99
            </th>
            <th scope="col">metric</th>
            <th scope="col" aria-label="compare" />
          </tr>
        </thead>
        <tbody>
          {models.map((model) => {
            const [metric] = Object.entries(model.metrics);
            const latency = latencies[referenceOf(model)];
            return (
              <tr key={referenceOf(model)} data-shown={model === shown}>
                <th scope="row">
                  <button type="button" className={styles["name"]} onClick={() => onShow(model)}>
                    {model.name} <span>{model.version}</span>
                  </button>
                </th>
                <td data-serves={model.serves !== null}>{roleOf(model)}</td>
                <td>{model.madeAt === null ? "–" : <At time={model.madeAt} />}</td>
                <td>
                  {model.data.from !== null && `${formatDay(model.data.from)} to `}
                  {formatDay(model.data.until)}
                </td>
                <td>{formatCount(model.data.interactions)}</td>
                <td>{formatFit(model.fitSeconds)}</td>
                <td>{formatBytes(model.bytes)}</td>
                <td title={latency && `of ${countOf(latency.count, "answer")}`}>
                  {inService(model, latency)}
                </td>
                <td>{metric ? `${metric[0]} ${formatMetric(metric[1])}` : "–"}</td>
                <td>
                  {model !== shown && (
                    <Button
                      look="quiet"
                      isOn={model === other}
                      onClick={() => onCompare(model === other ? undefined : model)}
                    >
                      Compare
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function inService({ serves }: ModelBody, latency: ModelsResponse["latencies"][string] | undefined): string {
  if (latency) return `${formatMs(latency.p50)}, ${formatMs(latency.p99)}`;
  return serves === null ? "–" : "not asked yet";
}
