import { useQuery } from "@tanstack/react-query";
import { memo, useDeferredValue, useMemo, useState } from "react";
import { useParams } from "wouter";
import type { UserResponse, UserStatesResponse } from "#api";
import { type ChangeAddress, useAddress } from "../../client/address.ts";
import { userStatesQuery } from "../../client/population.ts";
import { sequenceQuery, userQuery } from "../../client/queries.ts";
import { Button } from "../../ui/button.tsx";
import { HuesProvider } from "../../ui/hues.ts";
import { Page } from "../../ui/page.tsx";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { countOf, formatDay, formatTime } from "../../words/format.ts";
import { assignHues } from "../../words/palette.ts";
import { Compare } from "./compare.tsx";
import { earlierOf } from "./differences.ts";
import type { StateSpan } from "./draw-timeline.ts";
import { Facts } from "./facts.tsx";
import { PersonFeatures } from "./features.tsx";
import { History } from "./history.tsx";
import { Interests } from "./interests.tsx";
import { PersonMap } from "./item-map.tsx";
import { type Moment, mainTopics, momentsOf, momentsUntil } from "./moments.ts";
import styles from "./person.module.css";
import { Predictions } from "./predictions.tsx";
import { Recommendations } from "./recommendations.tsx";
import { countsSentence, summaryOf } from "./summary.ts";
import { Topics } from "./topics.tsx";
import { WhatIf } from "./what-if.tsx";

/** One person: who they are, what they did, what they want, and why we think so. */
export default function PersonPage() {
  const userId = decodeURIComponent(useParams<{ userId: string }>().userId);
  const [address, change] = useAddress();
  const asOf = address.get("asOf") ?? undefined;
  const versus = address.get("versus") ?? undefined;
  const user = useQuery(userQuery(userId, asOf));
  const sequence = useQuery(sequenceQuery(userId));
  // Colours are those of the interests of now, whatever time is looked at.
  const interests = useQuery(userQuery(userId)).data?.interests?.interests;
  const moments = useMemo(
    () => sequence.data && momentsOf(sequence.data.events, interests),
    [sequence.data, interests],
  );
  if (user.error && !user.data)
    return (
      <Page name={userId} title={userId}>
        <Failure error={user.error} onRetry={() => void user.refetch()} />
      </Page>
    );
  if (!user.data || !moments)
    return (
      <Page name={userId} eyebrow={userId} title={<span className={styles["waiting"]}>{userId}</span>}>
        {sequence.error ? (
          <Failure error={sequence.error} onRetry={() => void sequence.refetch()} />
        ) : (
          <Skeleton lines={10} height={22} />
        )}
      </Page>
    );
  return <InPieces key={userId} {...{ moments, asOf, versus, change }} user={user.data} />;
}

interface PersonProps {
  readonly user: UserResponse;
  readonly moments: readonly Moment[];
  readonly asOf: string | undefined;
  /** What they are compared with. */
  readonly versus: string | undefined;
  readonly change: ChangeAddress;
}

/** What another time or a new answer changes is drawn in pieces, so that the slider and the keys need not wait for it. */
function InPieces({ user, asOf, ...rest }: PersonProps) {
  return <Person {...rest} user={useDeferredValue(user)} asOf={useDeferredValue(asOf)} />;
}

const Person = memo(function Person({ user, moments, asOf, versus, change }: PersonProps) {
  const [selectedId, select] = useState<string>();
  const [imagining, imagine] = useState<{ readonly fromMs?: number }>();
  const byId = useMemo(() => new Map(moments.map((moment) => [moment.id, moment])), [moments]);
  const selected = selectedId === undefined ? undefined : byId.get(selectedId);
  const seen = useMemo(() => momentsUntil(moments, asOf), [moments, asOf]);
  const summary = useMemo(() => summaryOf(user, seen), [user, seen]);
  const { userId, traits } = user;
  const name = typeof traits["name"] === "string" ? traits["name"] : userId;
  const main = useMemo(() => mainTopics(moments, 6), [moments]);
  const hueOf = useHuesOf([
    ...main,
    ...(user.interests?.interests.map(({ label }) => label) ?? []),
    ...user.topics.map(({ topic }) => topic),
  ]);
  const lifecycles = useMemo(
    () => new Map(user.interests?.interests.map(({ label, lifecycle }) => [label, lifecycle])),
    [user],
  );
  const runs = useQuery(userStatesQuery(userId)).data?.runs;
  const states = useMemo(() => (runs ?? []).map(spanOf), [runs]);
  const evidence = useMemo(() => ({ byId, select, selectedId }), [byId, selectedId]);
  return (
    <HuesProvider value={hueOf}>
      <Page
        name={name}
        eyebrow={<Eyebrow user={user} name={name} asOf={asOf} />}
        title={summary}
        lead={countsSentence(user.counts)}
        actions={
          <>
            <Button
              isOn={versus !== undefined}
              onClick={() => change({ versus: versus === undefined ? earlierOf(user) : undefined })}
            >
              Compare
            </Button>
            <Button look="primary" onClick={() => imagine({})}>
              What if…
            </Button>
          </>
        }
      >
        {asOf !== undefined && (
          <p className={styles["past"]}>
            <span>
              As it was on <b>{formatTime(asOf)}</b>: everything below says what was known then, but for the
              timeline.
            </span>
            <Button look="quiet" onClick={() => change({ asOf: undefined })}>
              Back to now
            </Button>
          </p>
        )}
        <History
          moments={moments}
          selected={selected}
          asOf={asOf}
          states={states}
          lifecycles={lifecycles}
          onSelect={(moment) => select(moment?.id)}
          onAsOf={(time) => change({ asOf: time })}
          onImagine={(fromMs) => imagine({ fromMs })}
        />
        {versus !== undefined && (
          <Compare user={user} asOf={asOf} versus={versus} onChange={(other) => change({ versus: other })} />
        )}
        <div className={styles["halves"]}>
          <Interests user={user} moments={moments} evidence={evidence} isPast={asOf !== undefined} />
          <PersonMap userId={userId} moments={moments} asOf={asOf} />
        </div>
        <div className={styles["columns"]}>
          <Recommendations userId={userId} asOf={asOf} evidence={evidence} />
          <div className={styles["side"]}>
            <Predictions user={user} />
            <Topics topics={user.topics} evidence={evidence} />
          </div>
        </div>
        <div className={styles["columns"]}>
          <PersonFeatures userId={userId} />
          <Facts user={user} />
        </div>
        <WhatIf
          user={user}
          asOf={asOf}
          moments={seen}
          selected={selected}
          fromMs={imagining?.fromMs}
          isOpen={imagining !== undefined}
          onClose={() => imagine(undefined)}
        />
      </Page>
    </HuesProvider>
  );
});

/** The hues of these names; the same function as long as they are the same. */
function useHuesOf(names: readonly string[]): (name: string) => number {
  const key = JSON.stringify([...new Set(names)]);
  return useMemo(() => assignHues(JSON.parse(key) as string[]), [key]);
}

function Eyebrow(props: {
  readonly user: UserResponse;
  readonly name: string;
  readonly asOf: string | undefined;
}) {
  const { user, name, asOf } = props;
  return (
    <>
      <b className={styles["name"]}>
        <bdi>{name}</bdi>
      </b>
      {name !== user.userId && <code>{user.userId}</code>}
      <span>since {formatDay(user.firstSeen)}</span>
      <span>
        last seen <Ago time={user.lastSeen} before={asOf} />
      </span>
      {user.state?.value != null && (
        <span>
          {user.state.value}, active on {countOf(user.state.activeDays, "day")} of 28
        </span>
      )}
    </>
  );
}

const DAY_MS = 86_400_000;

/** The state is of whole days, by UTC. */
function spanOf({ state, from, to }: UserStatesResponse["runs"][number]): StateSpan {
  return { state, fromMs: Date.parse(from), toMs: Date.parse(to) + DAY_MS };
}
