import type { UserResponse } from "#api";
import { Panel } from "../../ui/panel.tsx";
import { formatTime } from "../../words/format.ts";
import styles from "./person.module.css";

/** What was said of the person, and the ids they go by. */
export function Facts({ user }: { readonly user: UserResponse }) {
  const traits = Object.entries(user.traits);
  return (
    <Panel title="Traits" note="as they were identified">
      <dl className={styles["facts"]}>
        {traits.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{textOf(value)}</bdi>
            </dd>
          </div>
        ))}
        <div>
          <dt>{user.ids.length === 1 ? "id" : "ids, linked"}</dt>
          <dd>
            <code>{user.ids.join(", ")}</code>
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function textOf(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return ISO_TIME.test(value) ? formatTime(value) : value;
}
