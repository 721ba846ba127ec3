import type { ModelBody, ModelsResponse } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { PlainTable } from "../../ui/plain-table.tsx";
import { formatMetric, referenceOf } from "./model-words.ts";

/** What others report on this data, and what our versions measured while they learned. Nothing where nobody reports anything. */
export function Published(props: {
  readonly published: ModelsResponse["published"];
  readonly models: readonly ModelBody[];
}) {
  const { published, models } = props;
  if (published.length === 0) return null;
  const names = [...new Set(published.flatMap(({ metrics }) => Object.keys(metrics)))];
  const measured = models.filter(({ metrics }) => metrics["validationNdcgAt10"] !== undefined);
  return (
    <Panel
      title="Published figures"
      note="on the test of each protocol; ours are of people held out for validation, so close and not the same. inkling evaluate measures by the protocol itself"
    >
      <PlainTable
        label="Published figures"
        maxHeight={360}
        header={["model", "protocol", ...names, "source"]}
        rows={[
          ...measured.map((model) => [
            <b key="name">{referenceOf(model)}</b>,
            "validation",
            ...names.map((name) =>
              name === "ndcgAt10" ? formatMetric(model.metrics["validationNdcgAt10"]) : "–",
            ),
            "measured here while it learned",
          ]),
          ...published.map(({ model, protocol, metrics, source, isRecalled, note }) => [
            model,
            protocol,
            ...names.map((name) => formatMetric(metrics[name])),
            [source, ...(isRecalled ? ["from memory"] : []), ...(note === undefined ? [] : [note])].join(
              "; ",
            ),
          ]),
        ]}
      />
    </Panel>
  );
}
