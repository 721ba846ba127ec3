import { useQuery } from "@tanstack/react-query";
import { itemsQuery } from "../../client/queries.ts";
import { Copyable } from "../../ui/copy.tsx";
import { Panel } from "../../ui/panel.tsx";
import styles from "./pulse.module.css";

/** How to send the first event; the page turns into traffic when it comes. */
export function FirstEvent() {
  const { data } = useQuery(itemsQuery({ limit: 1 }));
  const itemId = data?.items[0]?.itemId ?? "item-1";
  return (
    <Panel title="Send an event" note="this page shows it in the same second">
      <div className={styles["first"]}>
        <Copyable label="From a shell" text={curlFor(itemId)} />
        <Copyable label="From TypeScript, with the client in this package" text={clientFor(itemId)} />
      </div>
      <p className={styles["hint"]}>
        Any Segment or RudderStack SDK works too: point it here. A server that was started with keys wants its
        write key with the command: <code>-u "$INKLING_WRITE_KEY:"</code>.
      </p>
    </Panel>
  );
}

function curlFor(itemId: string): string {
  const event = { userId: "me", event: "save", properties: { itemId } };
  return `curl -s ${location.origin}/v1/track \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(event)}'`;
}

function clientFor(itemId: string): string {
  return [
    'import { createClient } from "inkling/client";',
    "",
    `const inkling = createClient({ host: "${location.origin}" });`,
    `inkling.track("me", "save", { itemId: "${itemId}" });`,
    "await inkling.flush();",
  ].join("\n");
}
