import type { ReactNode } from "react";
import type { WhatIfResponse } from "#api";
import { TopicChip } from "../../ui/chip.tsx";
import { formatShare } from "../../words/format.ts";
import { targetWords } from "../../words/targets.ts";
import { climbOf, compareTopics, sharedCount } from "./differences.ts";
import styles from "./what-if.module.css";

const SHOWN = 8;

/** What follows from the events as they were changed, beside what follows from them as they are. */
export function Outcome({
  answer,
  isEdited,
}: {
  readonly answer: WhatIfResponse;
  readonly isEdited: boolean;
}) {
  const { before, after } = answer;
  const interests = compareTopics(before.interests.map(asTopic), after.interests.map(asTopic));
  const wasLikely = new Map(before.predictions.map(({ target, probability }) => [target, probability]));
  return (
    <>
      <Recommended answer={answer} isEdited={isEdited} />
      <Changes
        title="Foretold"
        entries={[
          ...after.predictions.map(({ target, probability }) => ({
            key: target,
            name: targetWords(target),
            change: formatChange(wasLikely.get(target), probability),
          })),
          { key: "state", name: "state", change: arrow(before.state ?? "none", after.state ?? "none") },
        ]}
      />
      <Changes
        title="Interests"
        entries={interests.slice(0, SHOWN).map(({ topic, before: was, after: is }) => ({
          key: topic,
          name: topic,
          change: formatChange(was, is),
        }))}
      />
      <Changes
        title="Topics"
        entries={compareTopics(before.topics, after.topics)
          .slice(0, SHOWN)
          .map(({ topic, before: was, after: is }) => ({
            key: topic,
            name: <TopicChip topic={topic} />,
            change: formatChange(was, is),
          }))}
      />
    </>
  );
}

function Recommended({ answer, isEdited }: { readonly answer: WhatIfResponse; readonly isEdited: boolean }) {
  const { before, after } = answer;
  const changed = after.items.length - sharedCount(before.items, after.items);
  return (
    <section aria-live="polite">
      <h3>
        {!isEdited
          ? "Recommended as it is"
          : changed === 0
            ? "The same items are recommended"
            : `${changed} of ${after.items.length} recommended items are new`}
      </h3>
      <ol className={styles["items"]}>
        {after.items.map(({ itemId, title, reasons }, n) => {
          const climb = climbOf(itemId, n, before.items);
          return (
            <li key={itemId} data-new={isEdited && climb === "new"}>
              <span className={styles["place"]}>{n + 1}</span>
              <span>
                {title ?? itemId}
                <small>{reasons[0]?.text}</small>
              </span>
              <span className={styles["climb"]}>{isEdited && formatClimb(climb)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Changes(props: {
  readonly title: string;
  readonly entries: readonly { readonly key: string; readonly name: ReactNode; readonly change: string }[];
}) {
  return (
    <section>
      <h3>{props.title}</h3>
      <ul className={styles["topics"]}>
        {props.entries.map(({ key, name, change }) => (
          <li key={key}>
            {name}
            <span>{change}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function asTopic({ label, share }: WhatIfResponse["after"]["interests"][number]) {
  return { topic: label, share };
}

/** A share as it was and as it is, where that is told apart. */
function formatChange(was: number | undefined, is: number): string {
  return arrow(formatShare(was ?? is), formatShare(is));
}

function arrow(was: string, is: string): string {
  return was === is ? is : `${was} → ${is}`;
}

function formatClimb(climb: number | "new"): string {
  if (climb === "new") return "new";
  if (climb === 0) return "";
  return climb > 0 ? `↑ ${climb}` : `↓ ${-climb}`;
}
