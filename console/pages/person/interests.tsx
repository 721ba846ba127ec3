import { useMemo } from "react";
import type { InterestBody, UserResponse } from "#api";
import { useHueOf } from "../../ui/hues.ts";
import { Panel } from "../../ui/panel.tsx";
import { countOf, formatDay, formatShare } from "../../words/format.ts";
import { colorOf } from "../../words/palette.ts";
import { Evidence, type EvidenceLinks } from "./evidence.tsx";
import { type Moment, ribbonsOf } from "./moments.ts";
import styles from "./person.module.css";
import { Stage } from "./stage.tsx";

const BINS = 40;

/** What the person is interested in, in which stage of life each interest is, and the events behind it. */
export function Interests(props: {
  readonly user: UserResponse;
  readonly moments: readonly Moment[];
  readonly evidence: EvidenceLinks;
}) {
  const { user, moments, evidence } = props;
  const { interests = [], muted = [] } = user.interests ?? {};
  const courses = useMemo(() => {
    const labels = (user.interests?.interests ?? []).map(({ label }) => label);
    const bounds = { fromMs: moments[0]?.ms ?? 0, toMs: moments.at(-1)?.ms ?? 0, bins: BINS };
    return ribbonsOf(moments, labels, bounds);
  }, [user.interests, moments]);
  if (interests.length === 0 && muted.length === 0) return null;
  return (
    <Panel
      title="Interests"
      note={
        muted.length === 0
          ? "by what was engaged with together"
          : `${countOf(muted.length, "interest")} muted by the person`
      }
    >
      <ul className={styles["interests"]}>
        {interests.map((interest, n) => (
          <Interest key={interest.interestId} interest={interest} course={courses[n]!} evidence={evidence} />
        ))}
      </ul>
    </Panel>
  );
}

function Interest({
  interest,
  course,
  evidence,
}: {
  readonly interest: InterestBody;
  /** Its part of all engagement over time. */
  readonly course: Float64Array;
  readonly evidence: EvidenceLinks;
}) {
  const { label, path, lifecycle, since, share, shareNow, engagementCount, evidence: ids } = interest;
  const hue = useHueOf()(label);
  return (
    <li>
      <Stage lifecycle={lifecycle} hue={hue} />
      <span className={styles["what"]}>
        <span>{path.length > 1 ? path.slice(-2).join(" / ") : label}</span>
        <small>
          {lifecycle} since {formatDay(since)}
          <span>{countOf(engagementCount, "event")}</span>
          <Evidence ids={ids.slice(0, 3)} links={evidence} />
        </small>
      </span>
      <Course course={course} hue={hue} />
      <b title={`${formatShare(shareNow)} of the last 7 days`}>{formatShare(share)}</b>
    </li>
  );
}

const WIDTH = 84;
const HEIGHT = 26;

/** How an interest came and went: its part of everything, over the whole time. */
function Course({ course, hue }: { readonly course: Float64Array; readonly hue: number }) {
  const top = Math.max(0.05, ...course);
  const points = Array.from(
    course,
    (part, n) =>
      `${((n * WIDTH) / (BINS - 1)).toFixed(1)},${(HEIGHT - 1 - ((HEIGHT - 3) * part) / top).toFixed(1)}`,
  );
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true" className={styles["course"]}>
      <polygon
        points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`}
        fill={colorOf(hue)}
        opacity="0.18"
      />
      <polyline points={points.join(" ")} fill="none" stroke={colorOf(hue)} strokeWidth="1.4" />
    </svg>
  );
}
