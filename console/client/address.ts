import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

export type ChangeAddress = (changes: Readonly<Record<string, string | undefined>>) => void;

/** What the address says after `?`, and how to change some of it; nothing is added to the browser's history. */
export function useAddress(): [URLSearchParams, ChangeAddress] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const change = useCallback<ChangeAddress>(
    (changes) => {
      const { pathname, search: now } = globalThis.location;
      const next = new URLSearchParams(now);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === "") next.delete(name);
        else next.set(name, value);
      }
      navigate(next.size === 0 ? pathname : `${pathname}?${next}`, { replace: true });
    },
    [navigate],
  );
  return [new URLSearchParams(search), change];
}
