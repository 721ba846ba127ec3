import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/button.tsx";
import { addressOf, isSame, keep, readKept, type SavedFilter, withFilter } from "./kept-filters.ts";
import styles from "./people.module.css";

/** Filters of the list that the reader gave a name, each a link; and the one that is looked at, to be given one. */
export function SavedFilters({ search, sort }: { readonly search: string; readonly sort: string }) {
  const [saved, setSaved] = useState(() => readKept(localStorage));
  const [name, setName] = useState<string>();
  const change = (next: readonly SavedFilter[]): void => {
    keep(localStorage, next);
    setSaved(next);
  };
  const now = { search: search.trim(), sort };
  const chosen = saved.find((filter) => isSame(filter, now));
  const isWorthIt = chosen === undefined && now.search !== "";
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    if (name?.trim()) change(withFilter(saved, { ...now, name: name.trim() }));
    setName(undefined);
  };
  if (saved.length === 0 && !isWorthIt) return null;
  return (
    <div className={styles["saved"]} role="group" aria-label="Saved filters">
      {saved.map((filter) => (
        <span key={filter.name} data-chosen={filter === chosen}>
          <Link href={addressOf(filter)} aria-current={filter === chosen ? "true" : undefined}>
            {filter.name}
          </Link>
          {filter === chosen && (
            <button
              type="button"
              aria-label={`Remove the filter ${filter.name}`}
              onClick={() => change(saved.filter((one) => one !== filter))}
            >
              ×
            </button>
          )}
        </span>
      ))}
      {isWorthIt &&
        (name === undefined ? (
          <Button look="quiet" onClick={() => setName(now.search)}>
            Save this filter
          </Button>
        ) : (
          <form onSubmit={enter} onKeyDown={({ key }) => key === "Escape" && setName(undefined)}>
            <input
              aria-label="Name of the filter"
              value={name}
              maxLength={40}
              onChange={(typed) => setName(typed.target.value)}
              // biome-ignore lint/a11y/noAutofocus: they asked for it
              autoFocus
            />
            <Button type="submit">Save</Button>
          </form>
        ))}
    </div>
  );
}
