import type { FeatureHealthResponse } from "#api";
import { SmallDistribution } from "../../ui/distribution.tsx";
import { formatShare, formatSpan } from "../../words/format.ts";
import { formatQuantile } from "../../words/values.ts";
import { definitionSentence, driftWords, type Feature, isDrifted } from "./feature-words.ts";
import styles from "./features.module.css";

/** Every feature in a line: what it is, how it is spread, how old, how often absent, whether it drifts. */
export function Catalogue(props: {
  readonly features: readonly Feature[];
  readonly health: FeatureHealthResponse | undefined;
  readonly shown: Feature | undefined;
  readonly onShow: (feature: Feature) => void;
}) {
  const { features, health, shown, onShow } = props;
  const found = new Map(health?.features.map((one) => [one.name, one]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard
    <section className={styles["scroll"]} tabIndex={0} aria-label="Catalogue of features">
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">feature</th>
            <th scope="col">values</th>
            <th scope="col">p10, p50, p90</th>
            <th scope="col">absent</th>
            <th scope="col">age</th>
            <th scope="col">drift</th>
            <th scope="col">skew</th>
          </tr>
        </thead>
        <tbody>
          {features.map((feature) => {
            const one = found.get(feature.name);
            const { p10, p50, p90 } = one?.quantiles ?? { p10: null, p50: null, p90: null };
            const spread = one?.spread;
            return (
              <tr key={feature.name} data-shown={feature === shown}>
                <th scope="row">
                  <button type="button" onClick={() => onShow(feature)}>
                    {feature.name}
                  </button>
                  <small>{definitionSentence(feature)}</small>
                </th>
                <td>
                  {spread && (
                    <SmallDistribution
                      label={`Values of ${feature.name}`}
                      shares={spread.now}
                      {...(spread.before && { before: spread.before })}
                    />
                  )}
                </td>
                <td>{p50 === null ? "–" : [p10, p50, p90].map(formatQuantile).join(", ")}</td>
                <td>{one ? formatShare(one.nullRate) : "–"}</td>
                <td>{one?.freshnessSeconds == null ? "–" : formatSpan(1000 * one.freshnessSeconds)}</td>
                <td data-bad={one !== undefined && isDrifted(one)}>{one ? driftWords(one) : "–"}</td>
                <td data-bad={(one?.skew ?? 0) > 0}>{one ? one.skew : "–"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
