import { useEffect } from "react";
import { useLocation } from "wouter";
import { pages } from "./pages.ts";

/** Between g and the letter of a page. */
const PATIENCE_MS = 1200;

/** ⌘K or / searches, g and a letter go to a page. */
export function useShortcuts({ openSearch }: { readonly openSearch: () => void }): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let goUntil = 0;
    const listen = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openSearch();
        return;
      }
      if (isTyping(event) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "/") {
        event.preventDefault();
        openSearch();
        return;
      }
      if (event.key === "g") goUntil = event.timeStamp + PATIENCE_MS;
      else if (event.timeStamp < goUntil) {
        goUntil = 0;
        const page = pages.find(({ key }) => key === event.key);
        if (page) navigate(page.href);
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [navigate, openSearch]);
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
