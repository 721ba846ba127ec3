import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useParams } from "wouter";
import type { ItemResponse, RelatedResponse } from "#api";
import { itemQuery, nearestQuery, relatedQuery } from "../../client/queries.ts";
import { Chips, Tag, TopicChip } from "../../ui/chip.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Failure, Loaded, Notice, Skeleton } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { countOf, formatDay, formatScore } from "../../words/format.ts";
import { daily } from "./daily.ts";
import { EventsADay } from "./events-a-day.tsx";
import styles from "./items.module.css";

/** One item: what it is, what people do with it, and what is like it. */
export default function ItemPage() {
  const itemId = decodeURIComponent(useParams<{ itemId: string }>().itemId);
  const query = useQuery(itemQuery(itemId));
  const item = query.data;
  if (!item)
    return (
      <Page name={itemId} title={itemId}>
        {query.error ? (
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Skeleton lines={8} height={22} />
        )}
      </Page>
    );
  return (
    <Page
      name={item.title ?? itemId}
      eyebrow={
        <>
          <code>{itemId}</code>
          {item.createdAt !== undefined && <span>made {formatDay(item.createdAt)}</span>}
          <span>{item.isAvailable ? "recommended when it fits" : "not available, never recommended"}</span>
          {item.hasVector && <Tag>content vector</Tag>}
        </>
      }
      title={<bdi>{item.title ?? itemId}</bdi>}
      lead={
        <Chips>
          {item.tags.map((tag) => (
            <TopicChip key={tag} topic={tag} />
          ))}
        </Chips>
      }
    >
      {item.text !== undefined && <p className={styles["text"]}>{item.text}</p>}
      <Engagement item={item} />
      <div className={styles["halves"]}>
        <Related itemId={itemId} />
        <NearestByVector itemId={itemId} />
        <Engagers engagement={item.engagement} />
      </div>
      <Attributes attributes={item.attributes} />
    </Page>
  );
}

function Engagement({ item: { engagement } }: { readonly item: ItemResponse }) {
  const drawn = useMemo(() => engagement && daily(engagement.days), [engagement]);
  if (!drawn)
    return (
      <Panel title="What people do with it">
        <Empty title="The lake is not written yet">
          It follows the events by about a minute; come back then.
        </Empty>
      </Panel>
    );
  if (drawn.at.length === 0)
    return (
      <Panel title="What people do with it">
        <Empty title="Nobody has met it yet">An event that names it shows here within a minute.</Empty>
      </Panel>
    );
  return (
    <Panel
      title="What people do with it"
      note="events a day (UTC), from the lake; the newest minute may be missing"
    >
      <EventsADay drawn={drawn} height={180} />
    </Panel>
  );
}

function Related({ itemId }: { readonly itemId: string }) {
  const query = useQuery(relatedQuery(itemId));
  return (
    <Panel
      title="Met by the same people"
      note={query.data && `${query.data.versions.personal.name}, nearest first`}
    >
      <Loaded query={query} lines={8}>
        {({ items }) => {
          const [met, others] = [items.filter(isMet), items.filter((item) => !isMet(item))];
          return items.length === 0 ? (
            <Empty title="Nothing is like it yet" />
          ) : (
            <>
              {met.length === 0 ? <Notice>Too few people met it to say.</Notice> : <Nearest items={met} />}
              {others.length > 0 && <h3 className={styles["otherwise"]}>Like it otherwise</h3>}
              {others.length > 0 && <Nearest items={others} />}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

type RelatedItem = RelatedResponse["items"][number];

/** Of the model's neighbours; what fills the list up where those are few is like it in another way. */
function isMet({ source }: RelatedItem): boolean {
  return source === "related";
}

function Nearest({ items }: { readonly items: readonly RelatedItem[] }) {
  return (
    <ol className={styles["rows"]}>
      {items.map((other) => (
        <li key={other.itemId}>
          <Link href={`/items/${encodeURIComponent(other.itemId)}`}>{other.title ?? other.itemId}</Link>
          {!isMet(other) && <Tag>{other.source}</Tag>}
          <span>{formatScore(other.score)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Beside what the same people met: what lies near by itself. */
function NearestByVector({ itemId }: { readonly itemId: string }) {
  const query = useQuery(nearestQuery(itemId));
  return (
    <Panel title="Nearest by vector" note={query.data && spaceWords(query.data.space)}>
      <Loaded query={query} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="It has no vector yet">
              Tags, a content vector, or people who engage with it give it one.
            </Empty>
          ) : (
            <ol className={styles["rows"]}>
              {items.map((other) => (
                <li key={other.itemId}>
                  <Link href={`/items/${encodeURIComponent(other.itemId)}`}>
                    {other.title ?? other.itemId}
                  </Link>
                  <span>{formatScore(other.score)}</span>
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Where no model in service makes vectors it is the space of the interests. */
function spaceWords(space: string): string {
  return space.startsWith("items ") ? "tags, content and who engages, cosine" : `${space}, cosine`;
}

function Engagers({ engagement }: { readonly engagement: ItemResponse["engagement"] }) {
  if (!engagement) return null;
  return (
    <Panel
      title="Who engages with it"
      note={`${countOf(engagement.people, "person", "people")}, impressions not counted`}
    >
      {engagement.engagers.length === 0 ? (
        <Empty title="It was seen, and nothing more" />
      ) : (
        <ol className={styles["rows"]}>
          {engagement.engagers.map(({ userId, events, lastAt }) => (
            <li key={userId}>
              <Link href={`/people/${encodeURIComponent(userId)}`}>{userId}</Link>
              <span>{countOf(events, "event")}</span>
              <span>
                <Ago time={lastAt} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Attributes({ attributes }: { readonly attributes: ItemResponse["attributes"] }) {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return null;
  return (
    <Panel title="Attributes">
      <dl className={styles["attributes"]}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
