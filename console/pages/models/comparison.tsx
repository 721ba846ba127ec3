import type { ModelBody } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { formatCount } from "../../words/format.ts";
import { type Difference, differences, formatMetric, formatSetting, referenceOf } from "./model-words.ts";
import styles from "./models.module.css";

/** Two versions side by side; what differs stands first and bold. */
export function Comparison({ model, other }: { readonly model: ModelBody; readonly other: ModelBody }) {
  const titles = [referenceOf(other), referenceOf(model)] as const;
  const data = ({ data: { users, items, interactions } }: ModelBody) => ({ users, items, interactions });
  return (
    <Panel title="Compared" note={`${titles[0]} with ${titles[1]}`}>
      <table className={styles["compare"]}>
        <thead>
          <tr>
            <th scope="col" aria-label="what" />
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Rows entries={differences(other.metrics, model.metrics)} format={formatMetric} />
          <Rows entries={differences(other.config, model.config)} format={formatSetting} />
          <Rows
            entries={differences<number>(data(other), data(model))}
            format={(count) => formatCount(count ?? 0)}
          />
        </tbody>
      </table>
    </Panel>
  );
}

function Rows<Value>(props: {
  readonly entries: readonly Difference<Value>[];
  readonly format: (value: Value | undefined) => string;
}) {
  const { entries, format } = props;
  return entries.map(({ name, before, after }) => (
    <tr key={name} data-same={before === after}>
      <th scope="row">{name}</th>
      <td>{format(before)}</td>
      <td>{format(after)}</td>
    </tr>
  ));
}
