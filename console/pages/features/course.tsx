import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { FeatureCourseResponse } from "#api";
import { featureCourseQuery } from "../../client/queries.ts";
import { Chart } from "../../ui/chart.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { At } from "../../ui/time.tsx";
import { countOf, formatDay } from "../../words/format.ts";
import { formatFeature } from "../../words/values.ts";
import type { Feature } from "./feature-words.ts";
import styles from "./features.module.css";

const HEIGHT = 120;

/** How a feature lay at earlier moments, and what the looks at it found. */
export function Course({ feature, at }: { readonly feature: Feature; readonly at: string }) {
  const query = useQuery(featureCourseQuery(feature.name, at));
  return (
    <Loaded query={query} lines={4} height={26}>
      {(course) => (
        <>
          <Past past={course.past} />
          <Looks looks={course.looks} />
        </>
      )}
    </Loaded>
  );
}

function Past({ past }: Pick<FeatureCourseResponse, "past">) {
  const drawn = useMemo(
    () => ({
      at: past.map(({ at }) => Date.parse(at) / 1000),
      drift: [
        { name: "stability index", hue: 0, values: past.map((one) => one.stabilityIndex) },
        { name: "by chance alone", hue: 8, values: past.map((one) => one.indexByChance) },
      ],
      values: [
        { name: "p90", hue: 4, values: past.map(({ quantiles }) => quantiles.p90) },
        { name: "median", hue: 0, values: past.map(({ quantiles }) => quantiles.p50) },
        { name: "p10", hue: 1, values: past.map(({ quantiles }) => quantiles.p10) },
      ],
      absent: [{ name: "without a value", hue: 3, values: past.map(({ nullRate }) => 100 * nullRate) }],
    }),
    [past],
  );
  if (past.length < 2) return <Notice>There are too few days to tell how it was before.</Notice>;
  const shared = { at: drawn.at, look: "lines", height: HEIGHT, formatAt: dayAt } as const;
  const isNumber = past.some(({ quantiles }) => quantiles.p50 !== null);
  return (
    <div className={styles["course"]}>
      <Chart {...shared} label="Drift" series={drawn.drift} unit="PSI against the reference" />
      {isNumber && <Chart {...shared} label="Values" series={drawn.values} unit="" />}
      <Chart {...shared} label="Without a value" series={drawn.absent} unit="% of them" />
    </div>
  );
}

/** Parity and age as they were found, newest first in words, for both are nought where all is well. */
function Looks({ looks }: Pick<FeatureCourseResponse, "looks">) {
  const [first] = looks;
  if (!first) return null;
  const skewed = looks.filter(({ skew }) => skew > 0);
  const worst = skewed.at(-1);
  return (
    <p className={styles["looks"]}>
      {worst ? (
        <span className={styles["bad"]}>
          Values were not what the log says at {countOf(skewed.length, "look")} of {looks.length}, last{" "}
          <At time={worst.at} />: {formatFeature(worst.skew)}.
        </span>
      ) : (
        <>
          Served as the log says at {looks.length === 1 ? "the one look" : `each of ${looks.length} looks`}{" "}
          since <At time={first.at} />.
        </>
      )}
    </p>
  );
}

function dayAt(seconds: number): string {
  return formatDay(1000 * seconds).replace(/ \d{4}$/, "");
}
