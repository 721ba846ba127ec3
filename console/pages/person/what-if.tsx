import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import type { ImaginedEvent, ItemsResponse, UserResponse } from "#api";
import { itemsQuery, schemaQuery, whatIfQuery } from "../../client/queries.ts";
import { Button } from "../../ui/button.tsx";
import { Choice, SearchField } from "../../ui/field.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { formatTime } from "../../words/format.ts";
import { imaginable } from "./imaginable.ts";
import type { Moment } from "./moments.ts";
import { Outcome } from "./outcome.tsx";
import styles from "./what-if.module.css";
import { DRAGGED, WhenStrip } from "./when-strip.tsx";

interface Imagined extends ImaginedEvent {
  readonly title: string;
}

/** A sandbox: events are added and taken away, and what would follow shows at once. Nothing is stored. */
export function WhatIf(props: {
  readonly user: UserResponse;
  readonly asOf: string | undefined;
  readonly moments: readonly Moment[];
  readonly selected: Moment | undefined;
  /** Where on the timeline an event is to be added; at the end without one. */
  readonly fromMs: number | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { isOpen, onClose } = props;
  return (
    <Sheet title="What if…" isOpen={isOpen} onClose={onClose}>
      <Sandbox {...props} />
    </Sheet>
  );
}

function Sandbox(props: {
  readonly user: UserResponse;
  readonly asOf: string | undefined;
  readonly moments: readonly Moment[];
  readonly selected: Moment | undefined;
  readonly fromMs: number | undefined;
}) {
  const { user, asOf, moments, selected, fromMs } = props;
  const [added, setAdded] = useState<readonly Imagined[]>([]);
  const [removed, setRemoved] = useState<ReadonlyMap<string, Moment>>(new Map());
  const isEdited = added.length > 0 || removed.size > 0;
  const reset = (): void => {
    setAdded([]);
    setRemoved(new Map());
  };
  useResetKey(reset);
  const query = useQuery(
    whatIfQuery({
      userId: user.userId,
      add: added.map(({ title: _, ...event }) => event),
      remove: [...removed.keys()],
      n: 10,
      ...(asOf !== undefined && { asOf }),
    }),
  );
  const remove = (moment: Moment): void => setRemoved(new Map(removed).set(moment.id, moment));
  const bringBack = (id: string): void => {
    const left = new Map(removed);
    left.delete(id);
    setRemoved(left);
  };
  return (
    <div className={styles["sandbox"]}>
      <p className={styles["lead"]}>Change what happened and see what follows. Nothing here is stored.</p>
      <AddEvent
        moments={moments}
        counts={user.counts}
        untilMs={Date.parse(asOf ?? user.asOf ?? user.lastSeen)}
        fromMs={fromMs}
        added={added}
        onAdd={(event) => setAdded([...added, event])}
      />
      <TakeAway moments={moments} selected={selected} removed={removed} onRemove={remove} />
      {isEdited && (
        <ul className={styles["edits"]} aria-label="Changes">
          {added.map((event, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same may be added twice
            <li key={n}>
              <span>
                <b>+ {event.action}</b> {event.title}
              </span>
              {event.timestamp !== undefined && <small>{formatTime(event.timestamp)}</small>}
              <Button look="quiet" onClick={() => setAdded(added.filter((_, place) => place !== n))}>
                Undo
              </Button>
            </li>
          ))}
          {[...removed.values()].map(({ id, event }) => (
            <li key={id}>
              <span>
                <b>− {event.action}</b> {event.title ?? event.itemId}
              </span>
              <Button look="quiet" onClick={() => bringBack(id)}>
                Undo
              </Button>
            </li>
          ))}
          <li>
            <Button onClick={reset}>Reset, or press r</Button>
          </li>
        </ul>
      )}
      {query.error ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <Outcome answer={query.data} isEdited={isEdited} />
      ) : (
        <Skeleton lines={8} />
      )}
    </div>
  );
}

function AddEvent(props: {
  readonly moments: readonly Moment[];
  /** How often they did what. */
  readonly counts: UserResponse["counts"];
  /** Nothing can happen later than what is asked about. */
  readonly untilMs: number;
  readonly fromMs: number | undefined;
  readonly added: readonly Imagined[];
  readonly onAdd: (event: Imagined) => void;
}) {
  const { moments, counts, untilMs, fromMs, added, onAdd } = props;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string>();
  const [whenMs, setWhen] = useState(fromMs !== undefined && fromMs < untilMs ? fromMs : undefined);
  const bounds = useMemo(
    () => ({ fromMs: moments[0]?.ms ?? untilMs - 1, toMs: untilMs }),
    [moments, untilMs],
  );
  const wanted = useDeferredValue(search.trim());
  const schema = useQuery(schemaQuery);
  const found = useQuery({ ...itemsQuery({ search: wanted, limit: 6 }), enabled: wanted !== "" });
  const actions = useMemo(() => imaginable(schema.data?.events ?? {}, counts), [schema.data, counts]);
  const action = chosen ?? actions[0];
  const add = (item: ItemsResponse["items"][number] | undefined, ms: number | undefined): void => {
    if (!item || action === undefined) return;
    const timestamp = ms !== undefined && ms < untilMs ? { timestamp: new Date(ms).toISOString() } : {};
    onAdd({ action, itemId: item.itemId, title: item.title ?? item.itemId, ...timestamp });
  };
  return (
    <section>
      <h3>Add an event</h3>
      <div className={styles["add"]}>
        <Choice
          label="Action"
          value={action ?? ""}
          options={actions.map((name) => ({ value: name, label: name }))}
          onChange={setChosen}
        />
        <SearchField label="An item, by title or id" value={search} onValue={setSearch} />
      </div>
      <WhenStrip
        moments={moments}
        bounds={bounds}
        whenMs={whenMs}
        added={added.map(({ timestamp }) => (timestamp === undefined ? undefined : Date.parse(timestamp)))}
        onWhen={setWhen}
        onDrop={(place, ms) => add(found.data?.items[place], ms)}
      />
      {wanted !== "" && (
        <ul className={styles["found"]}>
          {found.data?.items.map((item, place) => (
            <li key={item.itemId}>
              <button
                type="button"
                draggable
                title="A click adds it at the chosen moment; drag it onto the line to choose another"
                onDragStart={(event) => event.dataTransfer.setData(DRAGGED, String(place))}
                onClick={() => add(item, whenMs)}
              >
                <span>{item.title ?? item.itemId}</span>
                <small>{item.tags[0]}</small>
              </button>
            </li>
          ))}
          {found.data?.items.length === 0 && <li className={styles["none"]}>No item is called that.</li>}
        </ul>
      )}
    </section>
  );
}

const OFFERED = 4;

function TakeAway(props: {
  readonly moments: readonly Moment[];
  readonly selected: Moment | undefined;
  readonly removed: ReadonlyMap<string, Moment>;
  readonly onRemove: (moment: Moment) => void;
}) {
  const { moments, selected, removed, onRemove } = props;
  const telling = moments.filter(({ id, event }) => event.action !== "impression" && !removed.has(id));
  const newest = telling.slice(-OFFERED).reverse();
  const offered =
    selected && !removed.has(selected.id) && !newest.includes(selected) ? [selected, ...newest] : newest;
  if (offered.length === 0) return null;
  return (
    <section>
      <h3>Take one away</h3>
      <ul className={styles["found"]}>
        {offered.map((moment) => (
          <li key={moment.id}>
            <button type="button" onClick={() => onRemove(moment)}>
              <span>
                {moment.event.action} {moment.event.title ?? moment.event.itemId}
              </span>
              <small>{moment === selected ? "the one you picked" : formatTime(moment.ms)}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useResetKey(reset: () => void): void {
  useEffect(() => {
    const listen = ({ key, target, metaKey, ctrlKey }: KeyboardEvent): void => {
      const isTyping = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (key === "r" && !isTyping && !metaKey && !ctrlKey) reset();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  });
}
