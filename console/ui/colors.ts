import { useMemo, useSyncExternalStore } from "react";
import { HUES } from "../words/palette.ts";

/** What a canvas draws with. */
export interface Colors {
  /** Of each hue. */
  readonly hues: readonly string[];
  /** Of a token of `tokens.css`. */
  readonly of: (token: string) => string;
}

const ATTRIBUTE = "data-mantine-color-scheme";

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: [ATTRIBUTE] });
  return () => observer.disconnect();
}

const scheme = (): string => document.documentElement.getAttribute(ATTRIBUTE) ?? "light";

/** The colours for canvases; others when the reader changes between light and dark. */
export function useColors(): Colors {
  const now = useSyncExternalStore(subscribe, scheme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew when the scheme is another
  return useMemo(readColors, [now]);
}

function readColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const of = (token: string): string => style.getPropertyValue(`--${token}`).trim();
  return { hues: Array.from({ length: HUES }, (_, hue) => of(`hue-${hue}`)), of };
}
