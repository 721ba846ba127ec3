import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { platformQuery } from "../client/queries.ts";
import { formatFull, formatTime } from "../words/format.ts";
import { useLinks } from "./links.ts";
import { type PageEntry, pages } from "./pages.ts";
import { Palette } from "./palette.tsx";
import styles from "./shell.module.css";
import { useShortcuts } from "./shortcuts.ts";

/** What stays while pages come and go: the rail, the search, the clock. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [isSearching, setSearching] = useState(false);
  const [location] = useLocation();
  const scroll = useRef<HTMLElement>(null);
  const { setColorScheme } = useMantineColorScheme();
  useLinks();
  useShortcuts({ openSearch: () => setSearching(true) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => {
    scroll.current?.scrollTo(0, 0);
  }, [location]);
  return (
    <div className={styles["shell"]}>
      <a className={styles["skip"]} href="#scroll">
        Skip to the page
      </a>
      <nav className={styles["rail"]} aria-label="Pages">
        <Link href="/" className={styles["brand"]} aria-label="Inkling, to the first page">
          <Mark />
          <span>Inkling</span>
        </Link>
        <ul>
          {pages.map((page) => (
            <li key={page.name}>
              <Link
                href={page.href}
                className={styles["entry"]}
                aria-current={isAt(page, location) ? "page" : undefined}
              >
                {page.name}
              </Link>
            </li>
          ))}
        </ul>
        <Facts />
      </nav>
      <header className={styles["bar"]}>
        <Crumbs location={location} />
        <button type="button" className={styles["search"]} onClick={() => setSearching(true)}>
          <span>
            Search<i> people, items, pages</i>
          </span>
          <kbd>⌘K</kbd>
        </button>
        <Clock />
        <ThemeSwitch />
      </header>
      <main ref={scroll} id="scroll" className={styles["main"]} tabIndex={-1}>
        {children}
      </main>
      <Palette isOpen={isSearching} onClose={() => setSearching(false)} onTheme={setColorScheme} />
    </div>
  );
}

function isAt({ href }: PageEntry, location: string): boolean {
  return href === "/" ? location === "/" : location.startsWith(href);
}

function Crumbs({ location }: { readonly location: string }) {
  const page = pages.find((entry) => isAt(entry, location));
  const [, , rest] = location.split("/");
  return (
    <div className={styles["crumbs"]}>
      {page && <Link href={page.href}>{page.name}</Link>}
      {page && rest !== undefined && (
        <>
          <i>/</i>
          <span>{decodeURIComponent(rest)}</span>
        </>
      )}
    </div>
  );
}

/** The platform's now. A historical one stands still, and says so. */
function Clock() {
  const { data, isError } = useQuery({ ...platformQuery, refetchInterval: 15_000 });
  if (!data) return <span className={styles["clock"]}>{isError ? "no answer" : ""}</span>;
  const { now, kind } = data.clock;
  return (
    <span
      className={styles["clock"]}
      data-error={isError}
      title={
        kind === "historical"
          ? `${formatFull(now)}: the time of the newest event, which is now for this data`
          : formatFull(now)
      }
    >
      <i />
      {isError ? "no answer" : kind === "historical" ? formatTime(now) : "live"}
    </span>
  );
}

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = { auto: "light", light: "dark", dark: "auto" } as const;
  return (
    <button
      type="button"
      className={styles["theme"]}
      onClick={() => setColorScheme(next[colorScheme])}
      aria-label={`Colours: ${colorScheme}. Change to ${next[colorScheme]}`}
      title={`Colours: ${colorScheme}`}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.4" />
        {colorScheme === "auto" && <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />}
        {colorScheme === "dark" && <circle cx="8" cy="8" r="6" fill="currentColor" />}
      </svg>
    </button>
  );
}

function Facts() {
  const { data } = useQuery(platformQuery);
  return (
    <p className={styles["facts"]}>
      {data && (
        <>
          {data.dataset ?? "your data"}
          <br />
          version {data.version}
        </>
      )}
    </p>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path fill="var(--accent)" d="M12 1.8c3.6 4.6 7 8.2 7 12.4a7 7 0 0 1-14 0c0-4.2 3.4-7.8 7-12.4z" />
      <circle cx="9.3" cy="14.6" r="2.3" fill="var(--background)" />
    </svg>
  );
}
