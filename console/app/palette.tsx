import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { findPeopleQuery, itemsQuery } from "../client/queries.ts";
import { Dialog } from "../ui/sheet.tsx";
import { pages } from "./pages.ts";
import styles from "./palette.module.css";

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly note: ReactNode;
  readonly run: () => void;
}

type Theme = "light" | "dark" | "auto";

/** Everything by typing: pages, people, items, topics, colours. */
export function Palette(props: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onTheme: (theme: Theme) => void;
}) {
  const { isOpen, onClose } = props;
  return (
    <Dialog title="Search" isOpen={isOpen} onClose={onClose}>
      <Search {...props} />
    </Dialog>
  );
}

function Search({
  onClose,
  onTheme,
}: {
  readonly onClose: () => void;
  readonly onTheme: (theme: Theme) => void;
}) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const entries = useEntries(useDeferredValue(text), onTheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words, the first again
  useEffect(() => setChosen(0), [text]);
  const run = (entry: Entry | undefined): void => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") run(entries[chosen]);
    if (step === undefined || entries.length === 0) return;
    event.preventDefault();
    const next = (chosen + step + entries.length) % entries.length;
    setChosen(next);
    document.getElementById(`palette-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div>
      <input
        className={styles["input"]}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[chosen] && `palette-${chosen}`}
        aria-label="Search people, items and pages"
        placeholder="A name, an id, a title, a topic, a page"
        value={text}
        onChange={(change) => setText(change.target.value)}
        onKeyDown={onKeyDown}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      <div id="palette-list" role="listbox" aria-label="Found" className={styles["list"]}>
        {entries.map((entry, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={entry.id}
            id={`palette-${n}`}
            role="option"
            aria-selected={n === chosen}
            className={styles["entry"]}
            data-first={entry.group !== entries[n - 1]?.group ? entry.group : undefined}
            onPointerMove={() => setChosen(n)}
            onClick={() => run(entry)}
          >
            <span className={styles["name"]}>{entry.name}</span>
            <span className={styles["note"]}>{entry.note}</span>
          </div>
        ))}
        {entries.length === 0 && <p className={styles["none"]}>Nothing is called that.</p>}
      </div>
    </div>
  );
}

function useEntries(text: string, onTheme: (theme: Theme) => void): readonly Entry[] {
  const [, navigate] = useLocation();
  const wanted = text.trim().toLowerCase();
  const isSearch = wanted.length > 0;
  const people = useQuery({ ...findPeopleQuery(wanted), enabled: isSearch });
  const items = useQuery({ ...itemsQuery({ search: wanted, limit: 5 }), enabled: isSearch });
  const topics = useQuery({ ...itemsQuery({ limit: 1 }), staleTime: 300_000 });
  const go = (href: string) => () => navigate(href);
  const commands: Entry[] = [
    ...pages.map(({ name, href, key }) => ({
      id: href,
      group: "Pages",
      name,
      note: <kbd>g {key}</kbd>,
      run: go(href),
    })),
    ...(["light", "dark", "auto"] as const).map((theme) => ({
      id: theme,
      group: "Colours",
      name: theme === "auto" ? "As the system has it" : `${theme[0]?.toUpperCase()}${theme.slice(1)}`,
      note: "colours",
      run: () => onTheme(theme),
    })),
  ].filter(({ name, note }) => !isSearch || `${name} ${note}`.toLowerCase().includes(wanted));
  if (!isSearch) return commands;
  return [
    ...(people.data?.people ?? []).map(({ userId, name, topics: likes }) => ({
      id: `person ${userId}`,
      group: "People",
      name: name ?? userId,
      note: [name && userId, likes[0]?.topic].filter(Boolean).join(" · "),
      run: go(`/people/${encodeURIComponent(userId)}`),
    })),
    ...(topics.data?.topics ?? [])
      .filter(({ topic }) => topic.toLowerCase().includes(wanted))
      .slice(0, 4)
      .map(({ topic, items: count }) => ({
        id: `topic ${topic}`,
        group: "Topics",
        name: topic,
        note: `${count} items`,
        run: go(`/items?topic=${encodeURIComponent(topic)}`),
      })),
    ...(items.data?.items ?? []).map(({ itemId, title, tags }) => ({
      id: `item ${itemId}`,
      group: "Items",
      name: title ?? itemId,
      note: tags[0] ?? itemId,
      run: go(`/items/${encodeURIComponent(itemId)}`),
    })),
    ...commands,
  ];
}
