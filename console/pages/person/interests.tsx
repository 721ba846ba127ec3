import { type ReactNode, useMemo, useState } from "react";
import type { InterestBody, UserResponse } from "#api";
import { useMute } from "../../client/controls.ts";
import { Button } from "../../ui/button.tsx";
import { useHueOf } from "../../ui/hues.ts";
import { Panel } from "../../ui/panel.tsx";
import { Failure } from "../../ui/states.tsx";
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
  /** What is muted is muted now, whatever time is looked at. */
  readonly isPast: boolean;
}) {
  const { user, moments, evidence, isPast } = props;
  const mute = useMute(user.userId);
  const [asked, ask] = useState<string>();
  /** Of those muted here, what they are called: the answer names them by their ids only. */
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const change = (interestId: string, label: string, isMuted: boolean): void => {
    setNames(new Map(names).set(interestId, label));
    ask(undefined);
    mute.mutate({ interestId, isMuted });
  };
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
          : `${countOf(muted.length, "interest")} muted`
      }
    >
      <ul className={styles["interests"]}>
        {interests.map((interest, n) => (
          <Interest
            key={interest.interestId}
            interest={interest}
            course={courses[n]!}
            evidence={evidence}
            {...(!isPast && { onMute: () => ask(interest.interestId) })}
          >
            {asked === interest.interestId && (
              <Confirm
                label={interest.label}
                onKeep={() => ask(undefined)}
                onMute={() => change(interest.interestId, interest.label, true)}
              />
            )}
          </Interest>
        ))}
      </ul>
      {mute.isPending && <p className={styles["muting"]}>Being changed…</p>}
      {mute.error && <Failure error={mute.error} />}
      {muted.length > 0 && (
        <ul className={styles["muted"]} aria-label="Muted interests">
          {muted.map((interestId) => {
            const label = names.get(interestId) ?? interestId.replaceAll("-", " ");
            return (
              <li key={interestId}>
                <span>
                  <b>{label}</b> is muted: nothing of it is said or recommended.
                </span>
                {!isPast && (
                  <Button
                    look="quiet"
                    aria-label={`Unmute ${label}`}
                    disabled={mute.isPending}
                    onClick={() => change(interestId, label, false)}
                  >
                    {names.has(interestId) ? "Undo" : "Unmute"}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

/** Before it is done: what it changes, and what it does not. */
function Confirm(props: {
  readonly label: string;
  readonly onMute: () => void;
  readonly onKeep: () => void;
}) {
  const { label, onMute, onKeep } = props;
  return (
    <div className={styles["confirm"]} role="group" aria-label={`Mute ${label}?`}>
      <p>
        Nothing of <b>{label}</b> will be said of them or recommended to them, from the next answer on, until
        it is unmuted. What they did stays in their history.
      </p>
      <Button look="primary" autoFocus onClick={onMute}>
        Mute
      </Button>
      <Button onClick={onKeep}>Keep</Button>
    </div>
  );
}

function Interest({
  interest,
  course,
  evidence,
  onMute,
  children,
}: {
  readonly interest: InterestBody;
  /** Its part of all engagement over time. */
  readonly course: Float64Array;
  readonly evidence: EvidenceLinks;
  readonly onMute?: () => void;
  /** Under it. */
  readonly children?: ReactNode;
}) {
  const { label, path, lifecycle, since, share, shareNow, engagementCount, evidence: ids } = interest;
  const hue = useHueOf()(label);
  return (
    <li>
      <Stage lifecycle={lifecycle} hue={hue} />
      <span className={styles["what"]}>
        <span>
          {path.length > 1 ? path.slice(-2).join(" / ") : label}{" "}
          {onMute && (
            <button type="button" className={styles["aside"]} aria-label={`Mute ${label}`} onClick={onMute}>
              mute
            </button>
          )}
        </span>
        <small>
          {lifecycle} since {formatDay(since)}
          <span>{countOf(engagementCount, "event")}</span>
          <Evidence ids={ids.slice(0, 3)} links={evidence} />
        </small>
      </span>
      <Course course={course} hue={hue} />
      <b title={`${formatShare(shareNow)} of the last 7 days`}>{formatShare(share)}</b>
      {children}
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
