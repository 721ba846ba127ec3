import { SegmentedControl } from "@mantine/core";
import styles from "./segmented.module.css";

/** One of a few. */
export function Segmented<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <SegmentedControl
      aria-label={label}
      value={value}
      data={[...options]}
      onChange={(chosen) => onChange(chosen as Value)}
      transitionDuration={120}
      classNames={{
        root: styles["root"] ?? "",
        indicator: styles["indicator"] ?? "",
        label: styles["label"] ?? "",
      }}
    />
  );
}
