import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";

type Look = "plain" | "primary" | "quiet";

interface Shared {
  readonly look?: Look;
  /** Of a switch that is on. */
  readonly isOn?: boolean;
  readonly children: ReactNode;
}

const classOf = (look: Look): string => `${styles["button"]} ${styles[look]}`;

export function Button({
  look = "plain",
  isOn,
  children,
  ...rest
}: Shared & Omit<ComponentProps<"button">, "className">) {
  return (
    <button type="button" className={classOf(look)} aria-pressed={isOn} {...rest}>
      {children}
    </button>
  );
}
