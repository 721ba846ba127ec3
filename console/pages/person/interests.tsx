import type { InterestBody, UserResponse } from "#api";
import { useHueOf } from "../../ui/hues.ts";
import { Panel } from "../../ui/panel.tsx";
import { countOf, formatDay, formatShare } from "../../words/format.ts";
import { colorOf } from "../../words/palette.ts";
import { Evidence, type EvidenceLinks } from "./evidence.tsx";
import styles from "./person.module.css";

/** What the person is interested in, in which stage of life each interest is, and the events behind it. */
export function Interests(props: { readonly user: UserResponse; readonly evidence: EvidenceLinks }) {
  const { user, evidence } = props;
  const { interests = [], muted = [] } = user.interests ?? {};
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
        {interests.map((interest) => (
          <Interest key={interest.interestId} interest={interest} evidence={evidence} />
        ))}
      </ul>
    </Panel>
  );
}

function Interest({
  interest,
  evidence,
}: {
  readonly interest: InterestBody;
  readonly evidence: EvidenceLinks;
}) {
  const { label, path, lifecycle, since, share, shareNow, engagementCount, evidence: ids } = interest;
  const hue = useHueOf()(path[0] ?? label);
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
      <b title={`${formatShare(shareNow)} of the last 7 days`}>{formatShare(share)}</b>
    </li>
  );
}

/** The stage of life by shape: new an open ring, growing a quarter, habit full, fading a ring around a dot. */
function Stage({ lifecycle, hue }: { readonly lifecycle: InterestBody["lifecycle"]; readonly hue: number }) {
  const color = colorOf(hue);
  return (
    <svg viewBox="0 0 14 14" width="14" height="14" role="img" aria-label={lifecycle}>
      <circle
        cx="7"
        cy="7"
        r="5.5"
        fill={lifecycle === "habit" ? color : "none"}
        stroke={color}
        strokeWidth="1.6"
        {...(lifecycle === "new" && { strokeDasharray: "2.2 2.1" })}
      />
      {lifecycle === "growing" && <path d="M7 7V1.5A5.5 5.5 0 0 1 12.5 7z" fill={color} />}
      {lifecycle === "fading" && <circle cx="7" cy="7" r="2" fill={color} />}
    </svg>
  );
}
