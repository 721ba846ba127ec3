import type { UserResponse } from "#api";
import { TopicChip } from "../../ui/chip.tsx";
import { useHueOf } from "../../ui/hues.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { formatCount, formatShare } from "../../words/format.ts";
import { colorOf } from "../../words/palette.ts";
import { Evidence, type EvidenceLinks } from "./evidence.tsx";
import styles from "./person.module.css";

/** What the person likes, how much of all they do it is, and the events that say so. */
export function Topics(props: { readonly topics: UserResponse["topics"]; readonly evidence: EvidenceLinks }) {
  const { topics, evidence } = props;
  const hueOf = useHueOf();
  const top = Math.max(...topics.map(({ share }) => share), 0);
  return (
    <Panel title="Topics" note="part of all engagement, recent days weighing more">
      {topics.length === 0 ? (
        <Empty title="No topic yet">Topics come of the tags of the items a person engages with.</Empty>
      ) : (
        <ul className={styles["topics"]}>
          {topics.map(({ topic, share, eventCount, evidence: ids }) => (
            <li key={topic}>
              <TopicChip topic={topic} />
              <Evidence ids={ids} links={evidence} />
              <span className={styles["count"]}>{formatCount(eventCount)} events</span>
              <b>{formatShare(share)}</b>
              <i
                className={styles["bar"]}
                style={{ width: `${(100 * share) / top}%`, background: colorOf(hueOf(topic)) }}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
