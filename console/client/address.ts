import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** What the address says after `?`, and how to change some of it; nothing is added to the browser's history. */
export function useAddress(): [
  URLSearchParams,
  (changes: Readonly<Record<string, string | undefined>>) => void,
] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === "") next.delete(name);
        else next.set(name, value);
      }
      navigate(next.size === 0 ? path : `${path}?${next}`, { replace: true });
    },
    [search, path, navigate],
  );
  return [new URLSearchParams(search), change];
}
