import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useLocation } from "wouter";
import type { ItemsResponse } from "#api";
import { useAddress } from "../../client/address.ts";
import { itemQuery, itemsQuery, relatedQuery } from "../../client/queries.ts";
import { Button } from "../../ui/button.tsx";
import { Chips, Dot, Tag, TopicChip } from "../../ui/chip.tsx";
import { SearchField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { countOf, formatCount, formatDay } from "../../words/format.ts";
import { hueOf } from "../../words/palette.ts";
import { around } from "./around.ts";
import styles from "./items.module.css";
import { TopicPeople, TopicTrend } from "./topic.tsx";

const LIMIT = 200;

/** The catalogue by title and topic. */
export default function ItemsPage() {
  const [address, change] = useAddress();
  const search = address.get("search") ?? "";
  const topic = address.get("topic") ?? undefined;
  const filter = { search: useDeferredValue(search), limit: LIMIT, ...(topic !== undefined && { topic }) };
  const query = useQuery(itemsQuery(filter));
  const total = query.data?.total;
  return (
    <Page
      name={topic ?? "Items"}
      eyebrow={
        topic === undefined ? undefined : (
          <>
            <Above topics={query.data?.topics ?? []} topic={topic} />
            <Button look="quiet" onClick={() => change({ topic: undefined })}>
              all items
            </Button>
          </>
        )
      }
      title={
        total === undefined
          ? "Items"
          : topic === undefined
            ? countOf(total, "item")
            : `${countOf(total, "item")} on ${topic}`
      }
    >
      <div className={styles["columns"]}>
        <div>
          {topic !== undefined && <TopicTrend topic={topic} />}
          <div className={styles["search"]}>
            <SearchField
              label="Search by title or id"
              value={search}
              onValue={(value) => change({ search: value })}
            />
          </div>
          <Loaded query={query} lines={10} height={22}>
            {({ items, total: found }) =>
              items.length === 0 ? (
                <Empty title={search === "" ? "No items yet" : `No item is called “${search}”`}>
                  Items come with the events that name them, or by <code>POST /v1/items</code> with title and
                  tags.
                </Empty>
              ) : (
                <>
                  <ItemTable items={items} />
                  {found > items.length && (
                    <p className={styles["more"]}>
                      The first {formatCount(items.length)} of {formatCount(found)}; search or a topic narrows
                      it.
                    </p>
                  )}
                </>
              )
            }
          </Loaded>
        </div>
        <Loaded query={query} lines={12}>
          {({ topics }) => (
            <div className={styles["side"]}>
              {topic !== undefined && <TopicPeople topic={topic} />}
              <Topics topics={topics} topic={topic} />
            </div>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

const TOPICS = 32;

type TopicsOfItems = ItemsResponse["topics"];

/** The topics of everything; of one topic, what lies below it in the tree, and what else its items are about. */
function Topics({ topics, topic }: { readonly topics: TopicsOfItems; readonly topic: string | undefined }) {
  if (topic === undefined)
    return (
      <Panel title="Topics" note="by number of items">
        <TopicList topics={topics} />
      </Panel>
    );
  const { below, beside } = around(topics, topic);
  return (
    <div>
      {below.length > 0 && (
        <Panel title="Within it">
          <TopicList topics={below} />
        </Panel>
      )}
      <Panel title="Goes with it" note="other topics of its items">
        <TopicList topics={beside} />
      </Panel>
    </div>
  );
}

/** Where a topic is in the tree: what is above it, each a link. */
function Above({ topics, topic }: { readonly topics: TopicsOfItems; readonly topic: string }) {
  const path = topics.find((one) => one.topic === topic)?.path ?? [topic];
  return (
    <span className={styles["above"]}>
      <Dot hue={hueOf(topic)} /> topic
      {path.slice(0, -1).map((name) => (
        <span key={name}>
          {" / "}
          <a href={`/items?topic=${encodeURIComponent(name)}`}>{name}</a>
        </span>
      ))}
    </span>
  );
}

function TopicList({ topics }: { readonly topics: TopicsOfItems }) {
  if (topics.length === 0) return <Empty title="No topics">Tags of items are their topics.</Empty>;
  return (
    <ul className={styles["topics"]}>
      {topics.slice(0, TOPICS).map(({ topic, items }) => (
        <li key={topic}>
          <TopicChip topic={topic} />
          <span>{formatCount(items)}</span>
        </li>
      ))}
    </ul>
  );
}

type Item = ItemsResponse["items"][number];

function ItemTable({ items }: { readonly items: readonly Item[] }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return (
    <DataTable
      label="Items"
      columns={columns}
      rows={items}
      onOpen={({ itemId }) => navigate(`/items/${encodeURIComponent(itemId)}`)}
      onHover={({ itemId }) => {
        void client.prefetchQuery(itemQuery(itemId));
        void client.prefetchQuery(relatedQuery(itemId));
      }}
    />
  );
}

const columns: readonly Column<Item>[] = [
  {
    key: "title",
    title: "item",
    width: "minmax(0, 2.4fr)",
    cell: ({ itemId, title, isAvailable }) => (
      <>
        <bdi className={styles["title"]}>{title ?? itemId}</bdi> {!isAvailable && <Tag>not available</Tag>}
      </>
    ),
  },
  {
    key: "topics",
    title: "topics",
    width: "minmax(0, 1.6fr)",
    isWide: true,
    cell: ({ tags }) => (
      <Chips isLine>
        {tags.slice(0, 2).map((tag) => (
          <TopicChip key={tag} topic={tag} />
        ))}
      </Chips>
    ),
  },
  {
    key: "since",
    title: "made",
    width: "96px",
    align: "end",
    cell: ({ createdAt }) => createdAt !== undefined && formatDay(createdAt),
  },
];
