import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { RecommendationResponse, UserResponse } from "#api";
import { ProblemError } from "../../client/http.ts";
import { recommendationsQuery, userQuery } from "../../client/queries.ts";
import { TopicChip } from "../../ui/chip.tsx";
import { Choice } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Failure, Notice, Skeleton } from "../../ui/states.tsx";
import { formatShare, formatTime } from "../../words/format.ts";
import styles from "./compare.module.css";
import { compareTopics, sharedCount } from "./differences.ts";

const DAY_MS = 86_400_000;
const PERSON = "person:";

/** The person now beside themselves at another time, or beside somebody else: what differs in topics and in the list. */
export function Compare(props: {
  readonly user: UserResponse;
  readonly asOf: string | undefined;
  /** A time, or `person:` and an id. */
  readonly versus: string;
  readonly onChange: (versus: string) => void;
}) {
  const { user, asOf, versus, onChange } = props;
  const isPerson = versus.startsWith(PERSON);
  const other = isPerson
    ? { userId: versus.slice(PERSON.length), asOf }
    : { userId: user.userId, asOf: versus };
  const otherUser = useQuery(userQuery(other.userId, other.asOf));
  const mine = useQuery(recommendationsQuery(user.userId, asOf));
  const theirs = useQuery(recommendationsQuery(other.userId, other.asOf));
  const here = isPerson ? user.userId : asOf === undefined ? "now" : formatTime(asOf);
  const label = isPerson ? other.userId : formatTime(versus);
  return (
    <Panel
      title="Compared"
      note={`with ${label}`}
      actions={<Against user={user} isPerson={isPerson} versus={versus} onChange={onChange} />}
    >
      {!isPerson && isUnknown(otherUser.error) ? (
        <Notice>They had not come yet.</Notice>
      ) : otherUser.error ? (
        <Failure error={otherUser.error} />
      ) : !otherUser.data || !mine.data || !theirs.data ? (
        <Skeleton lines={6} />
      ) : (
        <div className={styles["columns"]}>
          <TopicTable mine={user.topics} theirs={otherUser.data.topics} label={label} here={here} />
          <Lists mine={mine.data.items} theirs={theirs.data.items} label={label} here={here} />
        </div>
      )}
    </Panel>
  );
}

function isUnknown(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.status === 404;
}

function Against(props: {
  readonly user: UserResponse;
  readonly isPerson: boolean;
  readonly versus: string;
  readonly onChange: (versus: string) => void;
}) {
  const { user, isPerson, versus, onChange } = props;
  const nowMs = Date.parse(user.asOf ?? user.lastSeen);
  const daysAgo = (days: number): string => new Date(nowMs - days * DAY_MS).toISOString();
  const options = [
    ...[1, 3, 7, 14, 28]
      .filter((days) => nowMs - days * DAY_MS > Date.parse(user.firstSeen))
      .map((days) => ({ value: daysAgo(days), label: days === 1 ? "a day before" : `${days} days before` })),
    ...(isPerson ? [{ value: versus, label: versus.slice(PERSON.length) }] : []),
  ];
  const known = options.some(({ value }) => value === versus)
    ? options
    : [...options, { value: versus, label: formatTime(versus) }];
  return (
    <>
      <Choice label="Compare with a time" value={versus} options={known} onChange={onChange} />
      <form
        className={styles["person"]}
        onSubmit={(event) => {
          event.preventDefault();
          const id = String(new FormData(event.currentTarget).get("person") ?? "").trim();
          if (id !== "") onChange(`${PERSON}${id}`);
        }}
      >
        <input name="person" aria-label="Compare with a person, by id" placeholder="or another id ⏎" />
      </form>
    </>
  );
}

function TopicTable(props: {
  readonly mine: UserResponse["topics"];
  readonly theirs: UserResponse["topics"];
  readonly label: string;
  readonly here: string;
}) {
  const { mine, theirs, label, here } = props;
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th scope="col">topic</th>
          <th scope="col">{label}</th>
          <th scope="col">{here}</th>
          <th scope="col">difference</th>
        </tr>
      </thead>
      <tbody>
        {compareTopics(theirs, mine).map(({ topic, before, after }) => (
          <tr key={topic}>
            <th scope="row">
              <TopicChip topic={topic} />
            </th>
            <td>{formatShare(before)}</td>
            <td>{formatShare(after)}</td>
            <td data-sign={Math.sign(after - before)}>{formatPoints(after - before)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function formatPoints(difference: number): string {
  const points = Math.round(100 * difference);
  return points === 0 ? "±0" : `${points > 0 ? "+" : "−"}${Math.abs(points)}`;
}

type Items = RecommendationResponse["items"];

function Lists(props: {
  readonly mine: Items;
  readonly theirs: Items;
  readonly label: string;
  readonly here: string;
}) {
  const { mine, theirs, label, here } = props;
  return (
    <div>
      <p className={styles["same"]}>
        {sharedCount(mine, theirs)} of {mine.length} recommended items are the same
      </p>
      <div className={styles["lists"]}>
        <List title={label} items={theirs} others={mine} />
        <List title={here} items={mine} others={theirs} />
      </div>
    </div>
  );
}

function List({
  title,
  items,
  others,
}: {
  readonly title: string;
  readonly items: Items;
  readonly others: Items;
}) {
  const known = new Set(others.map(({ itemId }) => itemId));
  return (
    <div>
      <h3>{title}</h3>
      <ol className={styles["list"]}>
        {items.map((item) => (
          <li key={item.itemId} data-other={!known.has(item.itemId)}>
            <Link href={`/items/${encodeURIComponent(item.itemId)}`}>{item.title ?? item.itemId}</Link>
          </li>
        ))}
      </ol>
    </div>
  );
}
