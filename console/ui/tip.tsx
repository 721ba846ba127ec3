import { Tooltip } from "@mantine/core";
import { type ReactElement, type ReactNode, type SyntheticEvent, useState } from "react";
import styles from "./tip.module.css";

const LATE_MS = 150;

/** A few words beside what the pointer or the focus is on. They are made when they are wanted: of many on a page one is. */
export function Tip({ label, children }: { readonly label: ReactNode; readonly children: ReactElement }) {
  const [target, setTarget] = useState<HTMLElement>();
  const show = ({ currentTarget }: SyntheticEvent): void =>
    setTarget(currentTarget.firstElementChild as HTMLElement); // what is between the tags below
  const hide = (): void => setTarget(undefined);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is between the tags is interactive, and this hears of it
    <span
      className={styles["around"]}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={({ key }) => key === "Escape" && hide()}
    >
      {children}
      {target && (
        <Tooltip
          opened
          target={target}
          label={label}
          classNames={{ tooltip: styles["tip"] ?? "" }}
          transitionProps={{ duration: 80, enterDelay: LATE_MS }}
          multiline
        />
      )}
    </span>
  );
}
