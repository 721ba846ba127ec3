import type { CSSProperties, ReactNode } from "react";
import { colorOf } from "../words/palette.ts";
import styles from "./chip.module.css";
import { useHueOf } from "./hues.ts";

/** The colour of a category, before its name. */
export function Dot({ hue }: { readonly hue: number }) {
  return <i className={styles["dot"]} style={{ background: colorOf(hue) }} />;
}

/** A topic; leads to its items. */
export function TopicChip({ topic, children }: { readonly topic: string; readonly children?: ReactNode }) {
  const hueOf = useHueOf();
  const dot = { "--dot": colorOf(hueOf(topic)) } as CSSProperties; // a custom property
  return (
    <a className={styles["chip"]} style={dot} href={`/items?topic=${encodeURIComponent(topic)}`}>
      {topic}
      {children}
    </a>
  );
}

export function Chips({
  children,
  isLine = false,
}: {
  readonly children: ReactNode;
  readonly isLine?: boolean;
}) {
  return (
    <span className={styles["chips"]} data-line={isLine}>
      {children}
    </span>
  );
}

/** A word about a row, without a link. */
export function Tag({ children }: { readonly children: ReactNode }) {
  return <span className={styles["tag"]}>{children}</span>;
}
