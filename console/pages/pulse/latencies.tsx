import type { PulseResponse } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { formatCount, formatMs } from "../../words/format.ts";
import styles from "./pulse.module.css";

const SHOWN = 9;

/** How long answers take, route by route, on one logarithmic scale. */
export function Latencies({ pulse: { latencies } }: { readonly pulse: PulseResponse }) {
  const shown = latencies.slice(0, SHOWN);
  return (
    <Panel title="Time to answer" note="the last five minutes; bar from p50 to p99, 0.1 ms to 1 s">
      {shown.length === 0 ? (
        <Empty title="Nobody has asked anything">Routes show here with their times once they are used.</Empty>
      ) : (
        <table className={styles["latencies"]}>
          <thead>
            <tr>
              <th scope="col">route</th>
              <th scope="col">answers</th>
              <th scope="col" aria-label="from p50 to p99" />
              <th scope="col">p50</th>
              <th scope="col">p99</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ route, count, p50, p99, errors }) => (
              <tr key={route}>
                <th scope="row">
                  <code>{route}</code>
                  {errors > 0 && <em> {formatCount(errors)} failed</em>}
                </th>
                <td>{formatCount(count)}</td>
                <td className={styles["span"]}>
                  <span>
                    <i style={{ left: placeOf(p50), right: `calc(97% - ${placeOf(p99)})` }} />
                  </span>
                </td>
                <td>{formatMs(p50)}</td>
                <td>{formatMs(p99)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

/** Four powers of ten on the width there is. */
function placeOf(ms: number | null): string {
  const decades = Math.log10(Math.max(0.1, ms ?? 0.1)) + 1;
  return `${Math.min(97, (100 * decades) / 4).toFixed(1)}%`;
}
