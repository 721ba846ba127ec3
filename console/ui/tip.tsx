import { Tooltip } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import styles from "./tip.module.css";

/** A few words beside what the pointer or the focus is on. */
export function Tip({ label, children }: { readonly label: ReactNode; readonly children: ReactElement }) {
  return (
    <Tooltip
      label={label}
      classNames={{ tooltip: styles["tip"] ?? "" }}
      openDelay={150}
      transitionProps={{ duration: 80 }}
      events={{ hover: true, focus: true, touch: true }}
      multiline
    >
      {children}
    </Tooltip>
  );
}
