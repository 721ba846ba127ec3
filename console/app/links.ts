import { useEffect } from "react";
import { useLocation } from "wouter";

/** A plain click on a link within the console shows the page without loading everything anew. Rows that fly past need no part of the router each. */
export function useLinks(): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    const follow = (event: MouseEvent): void => {
      const link = (event.target as Element).closest<HTMLAnchorElement>("a[href^='/']");
      const isPlain =
        event.button === 0 && !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
      if (!link || !isPlain || event.defaultPrevented) return;
      event.preventDefault();
      navigate(`${link.pathname}${link.search}`);
    };
    document.addEventListener("click", follow);
    return () => document.removeEventListener("click", follow);
  }, [navigate]);
}
