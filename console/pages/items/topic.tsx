import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "wouter";
import type { TopicResponse } from "#api";
import { topicQuery } from "../../client/queries.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded, Notice } from "../../ui/states.tsx";
import { countOf, formatShare } from "../../words/format.ts";
import { daily } from "./daily.ts";
import { EventsADay } from "./events-a-day.tsx";
import styles from "./items.module.css";

/** How a topic goes: what people do with its items, day by day. */
export function TopicTrend({ topic }: { readonly topic: string }) {
  const query = useQuery(topicQuery(topic));
  if (query.error) return null; // no topic of items, only a name; the list says so
  return (
    <Panel
      title="What people do with it"
      note="events a day (UTC) with items of it or below it, from the lake"
      className={styles["trend"] ?? ""}
    >
      <Loaded query={query} lines={6} height={28}>
        {(answer) => <Trend {...answer} />}
      </Loaded>
    </Panel>
  );
}

function Trend({ days, isComplete }: TopicResponse) {
  const drawn = useMemo(() => daily(days ?? []), [days]);
  if (days === null)
    return <Notice>The lake is not written yet; it follows the events by about a minute.</Notice>;
  if (days.length === 0) return <Notice>Nobody has met any item of it yet.</Notice>;
  return (
    <>
      <EventsADay drawn={drawn} height={150} />
      {!isComplete && <Notice>Of its first 20,000 items; it has more.</Notice>}
    </>
  );
}

/** Whose interest a topic is. */
export function TopicPeople({ topic }: { readonly topic: string }) {
  const query = useQuery(topicQuery(topic));
  if (query.error) return null;
  return (
    <Panel title="Whose interest it is" note={query.data?.people && peopleWords(query.data.people)}>
      <Loaded query={query} lines={6}>
        {({ people }) =>
          people === null ? (
            <Notice>Everybody is being looked at for the first time.</Notice>
          ) : people.most.length === 0 ? (
            <Empty title="Nobody's yet">An interest takes a few engagements with items that are alike.</Empty>
          ) : (
            <ol className={styles["rows"]}>
              {people.most.map(({ userId, share, state }) => (
                <li key={userId}>
                  <Link href={`/people/${encodeURIComponent(userId)}`}>{userId}</Link>
                  <small>{state}</small>
                  <span title="part of their interests">{formatShare(share)}</span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}

function peopleWords({ count, part }: NonNullable<TopicResponse["people"]>): string {
  return `${countOf(count, "person", "people")}, ${formatShare(part)} of all`;
}
