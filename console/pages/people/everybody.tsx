import { keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo } from "react";
import { useLocation } from "wouter";
import type { PeopleResponse, PersonRow } from "#api";
import { useAddress } from "../../client/address.ts";
import { isNotMadeYet } from "../../client/http.ts";
import { untilMade } from "../../client/population.ts";
import { type PeopleFilter, peopleQuery, recommendationsQuery, userQuery } from "../../client/queries.ts";
import { Chips, Tag, TopicChip } from "../../ui/chip.tsx";
import { Choice, SearchField } from "../../ui/field.tsx";
import { Page } from "../../ui/page.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { Empty, Failure, RowsOnTheirWay } from "../../ui/states.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { countOf, formatCount, formatProbability, formatShare, formatTime } from "../../words/format.ts";
import { likesMost } from "../../words/likes-most.ts";
import { useColumns } from "./columns.tsx";
import { NotSurveyed } from "./not-surveyed.tsx";
import styles from "./people.module.css";
import { useSavedFilters } from "./saved-filters.tsx";
import { ViewSwitch } from "./view-switch.tsx";

/** Each order, and the column that shows it. */
const SORTS = [
  { value: "lastSeen", label: "last seen", column: "seen" },
  { value: "events", label: "most events", column: "events" },
  { value: "return", label: "P(return)", column: "return" },
  { value: "state", label: "state", column: "state" },
  { value: "userId", label: "id", column: "person" },
] as const;

/** As many topics as a row has room for. */
const LIKED = 3;

/** Everybody in a table, to find somebody. */
export function Everybody() {
  const [address, setAddress] = useAddress();
  const search = address.get("search") ?? "";
  const { value: sort, column: orderedBy } = sortNamed(address.get("sort"));
  const filter: PeopleFilter = { search: useDeferredValue(search), sort };
  const query = useInfiniteQuery({
    ...peopleQuery(filter),
    placeholderData: keepPreviousData,
    ...untilMade,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => rowsOf(query.data?.pages ?? []), [query.data]);
  const [first] = query.data?.pages ?? [];
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const open = useOpenPerson();
  const { shown, chooser } = useColumns(columns, orderedBy);
  const { links, saver } = useSavedFilters({ search, sort });
  return (
    <Page
      name="People"
      title={first ? titleOf(first, search) : "People"}
      actions={<ViewSwitch />}
      lead={first && leadOf(first, sort)}
    >
      <div>
        {links}
        <div className={styles["controls"]}>
          <SearchField
            label="Search by id, name or any other trait"
            value={search}
            onValue={(value) => setAddress({ search: value })}
          />
          <span className={styles["choices"]}>
            {saver}
            {chooser}
            <Choice
              label="Order"
              value={sort}
              options={SORTS}
              onChange={(value) => setAddress({ sort: value })}
            />
          </span>
        </div>
        {isNotMadeYet(query.failureReason) && !query.data ? (
          <NotSurveyed />
        ) : query.error && !query.data ? (
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        ) : !query.data ? (
          <RowsOnTheirWay rows={14} />
        ) : rows.length === 0 ? (
          <NobodyFound search={search} />
        ) : (
          <DataTable
            label="People"
            columns={shown}
            rows={rows}
            onOpen={({ userId }) => open.now(userId)}
            onHover={({ userId }) => open.soon(userId)}
            onEnd={onEnd}
          />
        )}
      </div>
    </Page>
  );
}

/** In the order in which they came; somebody whose ids are far apart is among the first as well as the last. */
function rowsOf(pages: readonly PeopleResponse[]): readonly PersonRow[] {
  const byId = new Map(
    pages.flatMap(({ people }) => people.map((person) => [person.userId, person] as const)),
  );
  return [...byId.values()];
}

/** How many there are; of more than are looked at for one answer, also how many match among those. */
function titleOf({ total, everybody }: PeopleResponse, search: string): string {
  if (everybody === undefined) return countOf(total, "person", "people");
  const all = countOf(everybody, "person", "people");
  return search === "" ? all : `${formatCount(total)} and more of ${all}`;
}

/** In which pieces the list comes, and how old its order is. */
function leadOf({ isComplete, lookedAt, orderAsOf }: PeopleResponse, sort: string): string | undefined {
  const work = sort === "userId" ? "looked at" : "looked at and ordered";
  const pieces = `They are ${work} ${formatCount(lookedAt)} ids at a time as you scroll; an exact id is found at once.`;
  const parts = [
    ...(isComplete ? [] : [pieces]),
    ...(orderAsOf === undefined
      ? []
      : [`Ordered as of ${formatTime(orderAsOf)}, when everybody was looked at last.`]),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}

const columns: readonly Column<PersonRow>[] = [
  {
    key: "person",
    title: "person",
    width: "minmax(114px, 1.1fr)",
    cell: ({ userId, name }) => (
      <span className={styles["person"]}>
        <bdi>{name ?? userId}</bdi>
        {name !== undefined && <small>{userId}</small>}
      </span>
    ),
  },
  {
    key: "state",
    title: "state",
    width: "92px",
    isWide: true,
    cell: ({ state }) => state && <Tag>{state}</Tag>,
  },
  {
    key: "topics",
    title: "likes most",
    width: "minmax(0, 1.7fr)",
    isWide: true,
    cell: ({ topics }) => (
      <Chips isLine>
        {likesMost(topics, LIKED).map(({ topic, share }) => (
          <TopicChip key={topic} topic={topic}>
            <small className={styles["share"]}>{formatShare(share)}</small>
          </TopicChip>
        ))}
      </Chips>
    ),
  },
  {
    key: "activity",
    title: "last 28 days",
    width: "116px",
    cell: ({ activity }) => (
      <Sparkline
        counts={activity}
        label={`${formatCount(activity.reduce((sum, count) => sum + count, 0))} engagements in 28 days`}
      />
    ),
  },
  {
    key: "events",
    title: "events",
    width: "70px",
    align: "end",
    isWide: true,
    cell: ({ eventCount }) => formatCount(eventCount),
  },
  {
    key: "return",
    title: "P(return)",
    hint: "comes back within 7 days",
    width: "96px",
    align: "end",
    isWide: true,
    cell: ({ predictions }) => <Probability value={predictions?.["return7"]} />,
  },
  {
    key: "seen",
    title: "last seen",
    width: "100px",
    align: "end",
    cell: ({ lastSeen }) => <Ago time={lastSeen} />,
  },
];

/** A probability as a figure and, under it, as a length. */
function Probability({ value }: { readonly value: number | undefined }) {
  if (value === undefined) return "–";
  return (
    <span className={styles["probability"]}>
      {formatProbability(value)}
      <i style={{ width: `${100 * value}%` }} />
    </span>
  );
}

function sortNamed(name: string | null): (typeof SORTS)[number] {
  return SORTS.find(({ value }) => value === name) ?? SORTS[0];
}

/** Opens a person; what their page asks first is fetched when the pointer comes near. */
function useOpenPerson() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return {
    now: (userId: string) => navigate(`/people/${encodeURIComponent(userId)}`),
    soon: (userId: string) => {
      void client.prefetchQuery(userQuery(userId));
      void client.prefetchQuery(recommendationsQuery(userId));
    },
  };
}

function NobodyFound({ search }: { readonly search: string }) {
  return search === "" ? (
    <Empty title="Nobody is here yet">
      People appear with their first event. Pulse says how to send one.
    </Empty>
  ) : (
    <Empty title={`Nobody matches “${search}”`}>
      Ids and the text of traits are searched, in any case, for what you typed as a whole.
    </Empty>
  );
}
