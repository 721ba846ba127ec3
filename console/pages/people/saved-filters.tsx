import { type FormEvent, type ReactNode, useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { addressOf, isSame, keep, readKept, type SavedFilter, withFilter } from "./kept-filters.ts";
import styles from "./people.module.css";

/** Filters of the list that the reader gave a name, each a link; and a way to give the one that is looked at a name, where it keeps its room. */
export function useSavedFilters({ search, sort }: { readonly search: string; readonly sort: string }): {
  readonly links: ReactNode;
  readonly saver: ReactNode;
} {
  const [saved, setSaved] = useState(() => readKept(localStorage));
  const change = (next: readonly SavedFilter[]): void => {
    keep(localStorage, next);
    setSaved(next);
  };
  const now = { search: search.trim(), sort };
  const chosen = saved.find((filter) => isSame(filter, now));
  const isWorthIt = chosen === undefined && now.search !== "";
  return {
    links: saved.length > 0 && (
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
      </div>
    ),
    saver: (
      <Saver
        suggested={now.search}
        isWorthIt={isWorthIt}
        onName={(name) => change(withFilter(saved, { ...now, name }))}
      />
    ),
  };
}

function Saver(props: {
  readonly suggested: string;
  readonly isWorthIt: boolean;
  readonly onName: (name: string) => void;
}) {
  const { suggested, isWorthIt, onName } = props;
  const [name, setName] = useState<string>();
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    if (name?.trim()) onName(name.trim());
    setName(undefined);
  };
  return (
    <div className={styles["chooser"]} data-always>
      <Button
        disabled={!isWorthIt}
        aria-label="Save this filter"
        title="Keeps this search and order under a name, in this browser"
        aria-expanded={name !== undefined}
        onClick={() => setName(name === undefined ? suggested : undefined)}
      >
        Save
      </Button>
      {name !== undefined && (
        <div>
          <form onSubmit={enter} onKeyDown={({ key }) => key === "Escape" && setName(undefined)}>
            <TextField label="Name of the filter" value={name} maxLength={40} onValue={setName} autoFocus />
            <Button type="submit">Keep it</Button>
          </form>
        </div>
      )}
    </div>
  );
}
