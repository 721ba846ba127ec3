import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import type { UserMapResponse } from "#api";
import { isNotMadeYet } from "../../client/http.ts";
import { itemMapQuery, userMapQuery } from "../../client/population.ts";
import { itemQuery } from "../../client/queries.ts";
import { Dot } from "../../ui/chip.tsx";
import { useHueOf } from "../../ui/hues.ts";
import { Panel } from "../../ui/panel.tsx";
import { PlainTable } from "../../ui/plain-table.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Empty, Failure, Notice } from "../../ui/states.tsx";
import { At } from "../../ui/time.tsx";
import { countOf, formatCount } from "../../words/format.ts";
import type { ItemMap } from "../../words/item-map.ts";
import type { Moment } from "./moments.ts";
import styles from "./person.module.css";
import { circleAround, topicPlaces, type Visited, visitedItems } from "./place-person.ts";

const PointMap = lazy(() => import("../../ui/point-map/point-map.tsx"));

const HEIGHT = 400;
const OTHER_HUE = 8;
const NAMED_TOPICS = 24;
const STROKES = { new: "dotted", growing: "thin", habit: "thick", fading: "faint" } as const;
const LOOKS = [
  { value: "map", label: "Map" },
  { value: "table", label: "Table" },
] as const;

/** All items as dust, the person's lit in the colour of their interest, each interest ringed, and where their vectors are. */
export function PersonMap(props: {
  readonly userId: string;
  readonly moments: readonly Moment[];
  readonly asOf: string | undefined;
}) {
  const { userId, moments, asOf } = props;
  const map = useQuery(itemMapQuery);
  const own = useQuery(userMapQuery(userId, asOf));
  const [look, setLook] = useState<(typeof LOOKS)[number]["value"]>("map");
  const error = map.error ?? own.error ?? map.failureReason ?? own.failureReason;
  return (
    <Panel
      title="In the space of items"
      note={map.data && `${formatCount(map.data.itemIds.length)} items; what is alike lies together`}
      actions={<Segmented label="Show as" value={look} options={LOOKS} onChange={setLook} />}
    >
      {map.data && own.data ? (
        <Placed map={map.data} own={own.data} moments={moments} look={look} />
      ) : error && isNotMadeYet(error) ? (
        <Empty title="The map is being drawn">{(error as Error).message}</Empty>
      ) : error ? (
        <Failure error={error} onRetry={() => void Promise.all([map.refetch(), own.refetch()])} />
      ) : (
        <div style={{ height: HEIGHT }} data-waiting />
      )}
    </Panel>
  );
}

function Placed(props: {
  readonly map: ItemMap;
  readonly own: UserMapResponse;
  readonly moments: readonly Moment[];
  readonly look: "map" | "table";
}) {
  const { map, own, moments, look } = props;
  const [, navigate] = useLocation();
  const hueOf = useHueOf();
  const visited = useMemo(() => visitedItems(own, map), [own, map]);
  const labels = useMemo(
    () => new Map(own.interests.map(({ interestId, label }) => [interestId, label])),
    [own],
  );
  const titles = useMemo(() => titlesOf(moments), [moments]);
  const hueFor = (interestId: string | undefined): number => {
    const label = interestId === undefined ? undefined : labels.get(interestId);
    return label === undefined ? OTHER_HUE : hueOf(label);
  };
  // Of all items: the same whatever time is looked at.
  const { least, places } = useMemo(
    () => ({ least: leastRadius(map), places: topicPlaces(map, 8).slice(0, NAMED_TOPICS) }),
    [map],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: hueFor is of what is named
  const drawn = useMemo(() => {
    const lit = visited.map(({ index, interestId }) => ({ index, hue: hueFor(interestId) })).reverse();
    const rings = own.interests.map(({ interestId, label, lifecycle, x, y }) => {
      const points = own.engagements.filter((engagement) => engagement.interestId === interestId);
      return {
        ...circleAround(points.length > 0 ? points : [{ x, y }], least),
        ...{ label, hue: hueFor(interestId), stroke: STROKES[lifecycle as keyof typeof STROKES] ?? "thin" },
      };
    });
    const marks = own.vectors.map(({ kind, x, y }) => ({
      ...{ x, y, label: `vector.${kind}` },
      shape: kind === "now" ? ("cross" as const) : ("diamond" as const),
    }));
    return { lit, rings, marks, places };
  }, [least, places, own, visited, labels, hueOf]);
  if (look === "table")
    return <VisitedTable visited={visited} labels={labels} titles={titles} hueFor={hueFor} />;
  return (
    <>
      <Suspense fallback={<div style={{ height: HEIGHT }} data-waiting />}>
        <PointMap
          label={`Map of ${countOf(map.itemIds.length, "item")} with ${countOf(visited.length, "item")} that ${own.userId} engaged with`}
          xs={map.xs}
          ys={map.ys}
          {...drawn}
          height={HEIGHT}
          hintOf={(index) => (
            <ItemHint
              itemId={map.itemIds[index]!}
              topic={map.topics[map.topic[index]!]}
              title={titles.get(map.itemIds[index]!)}
            />
          )}
          onOpen={(index) => navigate(`/items/${encodeURIComponent(map.itemIds[index]!)}`)}
        />
      </Suspense>
      {own.vectors.length === 0 && (
        <Notice>No model in service makes vectors, so vector.now and vector.long have no place here.</Notice>
      )}
    </>
  );
}

/** The title of an item, asked for when it is not known. */
export function ItemHint(props: {
  readonly itemId: string;
  readonly title?: string | undefined;
  readonly topic: string | undefined;
}) {
  const { itemId, title, topic } = props;
  const { data } = useQuery({ ...itemQuery(itemId), enabled: title === undefined, staleTime: 300_000 });
  return (
    <>
      <b>{title ?? data?.title ?? itemId}</b>
      {topic !== undefined && <span>{topic}</span>}
    </>
  );
}

/** The same as the map, to be read. */
function VisitedTable(props: {
  readonly visited: readonly Visited[];
  readonly labels: ReadonlyMap<string, string>;
  readonly titles: ReadonlyMap<string, string>;
  readonly hueFor: (interestId: string | undefined) => number;
}) {
  const { visited, labels, titles, hueFor } = props;
  return (
    <PlainTable
      label="Items on the map"
      maxHeight={HEIGHT}
      header={["item", "interest", "last"]}
      rows={visited.map(({ itemId, interestId, timestamp }) => [
        <Link key={itemId} href={`/items/${encodeURIComponent(itemId)}`}>
          {titles.get(itemId) ?? itemId}
        </Link>,
        interestId !== undefined && (
          <span className={styles["action"]}>
            <Dot hue={hueFor(interestId)} /> {labels.get(interestId)}
          </span>
        ),
        <At key={timestamp} time={timestamp} />,
      ])}
    />
  );
}

function titlesOf(moments: readonly Moment[]): ReadonlyMap<string, string> {
  return new Map(
    moments.flatMap(({ event: { itemId, title } }) =>
      itemId !== undefined && title !== undefined ? [[itemId, title]] : [],
    ),
  );
}

/** A fiftieth of the map's width. */
function leastRadius({ xs }: ItemMap): number {
  let [left, right] = [Infinity, -Infinity];
  for (const x of xs) {
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  return right > left ? (right - left) / 50 : 0.02;
}
