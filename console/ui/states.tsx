import type { ReactNode } from "react";
import { ProblemError } from "../client/http.ts";
import { Button } from "./button.tsx";
import styles from "./states.module.css";

/** Nothing is here yet: what would be, how it comes, and one thing to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={styles["empty"]}>
      <p className={styles["title"]}>{title}</p>
      {children !== undefined && <div className={styles["text"]}>{children}</div>}
    </div>
  );
}

/** What failed, in the server's words, what can be done, and what to look for in its log. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const problem = error instanceof ProblemError ? error.problem : undefined;
  const isGone = error instanceof TypeError; // what fetch throws when nobody answers
  return (
    <div className={styles["failure"]} role="alert">
      <p className={styles["title"]}>
        {isGone ? "The server does not answer" : (problem?.title ?? "This failed")}
      </p>
      <div className={styles["text"]}>
        <p>
          {isGone
            ? "Perhaps it was stopped, or it starts again. What you see elsewhere is from before."
            : String(problem?.detail ?? error)}
        </p>
        {problem && (
          <p className={styles["id"]}>
            <code>
              {problem.status} {problem.code}
              {problem.requestId !== "" && ` · request ${problem.requestId}`}
            </code>
          </p>
        )}
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}

/** What is missing here, and why, in a line. */
export function Notice({ children }: { readonly children: ReactNode }) {
  return <p className={styles["notice"]}>{children}</p>;
}

/** The shape of lines that are on their way; seen only by those who wait. */
export function Skeleton({ lines = 3, height = 20 }: { readonly lines?: number; readonly height?: number }) {
  return (
    <div className={styles["skeleton"]} aria-hidden="true" data-waiting>
      {Array.from({ length: lines }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <span key={n} style={{ height, width: `${92 - ((n * 29) % 41)}%` }} />
      ))}
    </div>
  );
}

/** The shape of a table that is on its way: its rows stand where they will. */
export function RowsOnTheirWay({ rows }: { readonly rows: number }) {
  return (
    <div className={styles["rows"]} aria-hidden="true" data-waiting>
      {Array.from({ length: rows }, (_, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={n}>
          <span style={{ width: 90 + ((n * 37) % 60) }} />
          <span style={{ width: `${34 + ((n * 13) % 18)}%` }} />
          <span style={{ width: 52 }} />
        </div>
      ))}
    </div>
  );
}

/** One of the three: the wait, the failure, or what came. */
export function Loaded<Value>(props: {
  readonly query: {
    readonly data: Value | undefined;
    readonly error: unknown;
    readonly refetch: () => unknown;
  };
  readonly lines?: number;
  readonly height?: number;
  readonly children: (value: Value) => ReactNode;
}) {
  const { query, lines, height, children } = props;
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton {...(lines !== undefined && { lines })} {...(height !== undefined && { height })} />;
}
