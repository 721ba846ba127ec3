import { useState } from "react";
import { Button } from "./button.tsx";
import styles from "./copy.module.css";

/** Text to take along: a command, a snippet. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <figure className={styles["copy"]}>
      <figcaption>
        {label}
        <Button look="quiet" onClick={() => void copy()}>
          {isCopied ? "Copied" : "Copy"}
        </Button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled can be scrolled by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
