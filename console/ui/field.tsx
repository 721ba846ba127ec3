import type { ComponentProps } from "react";
import styles from "./field.module.css";

type LineProps = {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
} & Omit<ComponentProps<"input">, "value" | "onChange" | "className">;

/** A line to type in; its label is seen by those who cannot see where it stands. */
export function TextField({ label, value, onValue, ...rest }: LineProps) {
  return (
    <input
      className={styles["field"]}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(change) => onValue(change.target.value)}
      autoComplete="off"
      spellCheck={false}
      {...rest}
    />
  );
}

export function SearchField(props: LineProps) {
  return <TextField type="search" {...props} />;
}

export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <select
      className={`${styles["field"]} ${styles["choice"]}`}
      aria-label={label}
      value={value}
      onChange={(change) => onChange(change.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
