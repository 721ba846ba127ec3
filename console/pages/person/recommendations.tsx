import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { RecommendationResponse } from "#api";
import { recommendationsQuery } from "../../client/queries.ts";
import { Tag } from "../../ui/chip.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { formatScore } from "../../words/format.ts";
import { Evidence, type EvidenceLinks } from "./evidence.tsx";
import styles from "./person.module.css";
import { Stages } from "./stages.tsx";

/** What they would get now, each item with its reason and the events behind it. */
export function Recommendations(props: {
  readonly userId: string;
  readonly asOf: string | undefined;
  readonly evidence: EvidenceLinks;
}) {
  const { userId, asOf, evidence } = props;
  const query = useQuery(recommendationsQuery(userId, asOf));
  const personal = query.data?.versions.personal;
  return (
    <Panel
      title="Wants next"
      note={personal && `${personal.name} ${personal.version}, what was engaged with left out`}
    >
      <Loaded query={query} lines={8} height={34}>
        {({ items, isColdStart, stages }) => (
          <>
            {isColdStart && (
              <p className={styles["cold"]}>Nothing to go by yet: this is what is popular lately.</p>
            )}
            {items.length === 0 ? (
              <Empty title="Nothing to recommend">Everything there is was seen or is not available.</Empty>
            ) : (
              <ol className={styles["recommendations"]}>
                {items.map((item, n) => (
                  <Recommended
                    key={item.itemId}
                    item={item}
                    isPersonal={item.source === "personal"}
                    rank={n + 1}
                    evidence={evidence}
                  />
                ))}
              </ol>
            )}
            {stages && <Stages stages={stages} />}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Recommended(props: {
  readonly item: RecommendationResponse["items"][number];
  /** Brought by the model that knows the person. */
  readonly isPersonal: boolean;
  readonly rank: number;
  readonly evidence: EvidenceLinks;
}) {
  const { item, isPersonal, rank, evidence } = props;
  return (
    <li>
      <span className={styles["rank"]}>{rank}</span>
      <div>
        <Link href={`/items/${encodeURIComponent(item.itemId)}`} className={styles["title"] ?? ""}>
          {item.title ?? item.itemId}
        </Link>
        {item.reasons.map((reason) => (
          <p key={reason.text} className={styles["reason"]}>
            {reason.text} <Evidence ids={reason.evidence} links={evidence} />
          </p>
        ))}
      </div>
      <span className={styles["source"]}>
        {!isPersonal && <Tag>{item.source}</Tag>}
        <span title="the model's score, comparable within one source">{formatScore(item.score)}</span>
      </span>
    </li>
  );
}
