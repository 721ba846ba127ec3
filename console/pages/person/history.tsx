import { useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/button.tsx";
import { Dot, TopicChip } from "../../ui/chip.tsx";
import { useColors } from "../../ui/colors.ts";
import { Panel } from "../../ui/panel.tsx";
import { saveCanvas, saveText, toCsv } from "../../ui/save.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, DataTable } from "../../ui/table.tsx";
import { countOf, formatFull, formatMs, formatTime } from "../../words/format.ts";
import { colorOf, hueOfAction } from "../../words/palette.ts";
import type { StateSpan } from "./draw-timeline.ts";
import { lanesOf, type Moment, surfacesOf } from "./moments.ts";
import styles from "./person.module.css";
import type { Lifecycle } from "./stage.tsx";
import { Timeline } from "./timeline.tsx";
import { timelinePicture } from "./timeline-picture.ts";

const LOOKS = [
  { value: "timeline", label: "Timeline" },
  { value: "table", label: "Table" },
] as const;

/** Everything they did, drawn or as rows, all of it or some actions and surfaces. */
export function History(props: {
  readonly moments: readonly Moment[];
  readonly selected: Moment | undefined;
  readonly asOf: string | undefined;
  readonly states: readonly StateSpan[];
  readonly lifecycles: ReadonlyMap<string, Lifecycle>;
  readonly onSelect: (moment: Moment | undefined) => void;
  readonly onAsOf: (time: string | undefined) => void;
  /** Opens the sandbox at a moment. */
  readonly onImagine: (ms: number) => void;
}) {
  const { moments, selected, asOf, states, lifecycles, onSelect, onAsOf, onImagine } = props;
  const [look, setLook] = useState<"timeline" | "table">("timeline");
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useColors();
  const lanes = useMemo(() => lanesOf(moments), [moments]);
  const surfaces = useMemo(() => surfacesOf(moments), [moments]);
  const shown = useMemo(
    () =>
      moments.filter(
        ({ event }) => !hidden.has(`action ${event.action}`) && !hidden.has(`surface ${event.surface ?? ""}`),
      ),
    [moments, hidden],
  );
  if (moments.length === 0)
    return (
      <Panel title="What they did">
        <Empty title="No engagement yet">
          There are traits or other events of this person, but none of a declared action with an item.
        </Empty>
      </Panel>
    );
  const toggle = (name: string): void => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  const savePicture = (): void => {
    if (!canvas.current) return;
    const picture = timelinePicture(canvas.current, lanes, states.length > 0, colors);
    saveCanvas("timeline.png", [picture], colors.of("background"));
  };
  return (
    <Panel
      title="What they did"
      note={
        shown.length === moments.length
          ? countOf(shown.length, "event")
          : `${shown.length} of ${countOf(moments.length, "event")}`
      }
      actions={
        <>
          <Button look="quiet" onClick={() => saveText("events.csv", csvOf(shown))}>
            CSV
          </Button>
          {look === "timeline" && (
            <Button look="quiet" onClick={savePicture}>
              PNG
            </Button>
          )}
          <Segmented label="Show as" value={look} options={LOOKS} onChange={setLook} />
        </>
      }
    >
      <div className={styles["filters"]}>
        {lanes.map(({ action }) => (
          <Toggle
            key={action}
            name={action}
            hue={hueOfAction(action)}
            isOn={!hidden.has(`action ${action}`)}
            onToggle={() => toggle(`action ${action}`)}
          />
        ))}
        {surfaces.length > 1 && <span className={styles["divide"]} />}
        {surfaces.length > 1 &&
          surfaces.map((surface) => (
            <Toggle
              key={surface}
              name={surface}
              isOn={!hidden.has(`surface ${surface}`)}
              onToggle={() => toggle(`surface ${surface}`)}
            />
          ))}
      </div>
      {look === "timeline" ? (
        <Timeline
          canvas={canvas}
          moments={shown}
          all={moments}
          selected={selected}
          asOfMs={asOf === undefined ? undefined : Date.parse(asOf)}
          states={states}
          lifecycles={lifecycles}
          onAsOf={(ms) => onAsOf(ms === undefined ? undefined : new Date(ms).toISOString())}
          onSelect={onSelect}
          onImagine={onImagine}
        />
      ) : (
        <Rows moments={shown} onSelect={onSelect} />
      )}
      <Selected moment={selected} onAsOf={onAsOf} />
    </Panel>
  );
}

function Toggle(props: {
  readonly name: string;
  readonly hue?: number;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}) {
  const { name, hue, isOn, onToggle } = props;
  return (
    <button type="button" className={styles["toggle"]} aria-pressed={isOn} onClick={onToggle}>
      {hue !== undefined && <Dot hue={hue} />}
      {name}
    </button>
  );
}

/** The event that was picked, in words, with where to go on from it. */
function Selected({
  moment,
  onAsOf,
}: {
  readonly moment: Moment | undefined;
  readonly onAsOf: (time: string) => void;
}) {
  return (
    <div className={styles["selected"]} aria-live="polite">
      {moment ? (
        <>
          <Dot hue={hueOfAction(moment.event.action)} />
          <span>
            <b>{moment.event.action}</b>{" "}
            {moment.event.itemId !== undefined && (
              <Link href={`/items/${encodeURIComponent(moment.event.itemId)}`}>
                {moment.event.title ?? moment.event.itemId}
              </Link>
            )}
            <span className={styles["quiet"]}>
              {" "}
              {formatFull(moment.ms)}
              {moment.event.surface !== undefined && `, on ${moment.event.surface}`}
              {moment.event.dwellMs !== undefined && `, for ${formatMs(moment.event.dwellMs)}`}
            </span>
          </span>
          <Button onClick={() => onAsOf(new Date(moment.ms).toISOString())}>See them as of then</Button>
        </>
      ) : (
        <span className={styles["quiet"]}>
          Drag to look closer, ⌃ and the wheel zoom, a click tells what an event was, a double click adds one
          in a sandbox; the slider goes back in time.
        </span>
      )}
    </div>
  );
}

function Rows({
  moments,
  onSelect,
}: {
  readonly moments: readonly Moment[];
  readonly onSelect: (moment: Moment) => void;
}) {
  const newest = useMemo(() => moments.toReversed(), [moments]);
  return <DataTable label="Events" columns={columns} rows={newest} onOpen={onSelect} />;
}

const columns: readonly Column<Moment>[] = [
  {
    key: "at",
    title: "when",
    width: "110px",
    cell: ({ ms }) => formatTime(ms),
    hintOf: ({ ms }) => formatFull(ms),
  },
  {
    key: "action",
    title: "action",
    width: "110px",
    cell: ({ event }) => event.action,
    dotOf: ({ event }) => colorOf(hueOfAction(event.action)),
  },
  {
    key: "item",
    title: "item",
    width: "minmax(0, 2fr)",
    cell: ({ event }) =>
      event.itemId !== undefined && (
        <a href={`/items/${encodeURIComponent(event.itemId)}`}>{event.title ?? event.itemId}</a>
      ),
  },
  {
    key: "topic",
    title: "topic",
    width: "minmax(0, 1fr)",
    isWide: true,
    cell: ({ topic }) => topic !== undefined && <TopicChip topic={topic} />,
  },
  { key: "surface", title: "surface", width: "90px", isWide: true, cell: ({ event }) => event.surface },
];

function csvOf(moments: readonly Moment[]): string {
  return toCsv(
    ["timestamp", "action", "itemId", "title", "surface", "eventId"],
    moments.map(({ id, event }) => [
      event.timestamp,
      event.action,
      event.itemId ?? "",
      event.title ?? "",
      event.surface ?? "",
      id,
    ]),
  );
}
