import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { ModelBody, ModelComparisonResponse } from "#api";
import { isNotMadeYet } from "../../client/http.ts";
import { modelComparisonQuery } from "../../client/queries.ts";
import { Panel } from "../../ui/panel.tsx";
import { PlainTable } from "../../ui/plain-table.tsx";
import { Empty, Failure, Notice, Skeleton } from "../../ui/states.tsx";
import { countOf, formatDay, joinWords } from "../../words/format.ts";
import { formatOverlap, referenceOf } from "./model-words.ts";
import styles from "./models.module.css";

/** Titles named of what only one list has. */
const NAMED = 3;

/** What people would get of each of two versions: how much is the same, by state, and for whom they differ most. */
export function ListsCompared({ model, other }: { readonly model: ModelBody; readonly other: ModelBody }) {
  const query = useQuery(modelComparisonQuery(referenceOf(other), referenceOf(model)));
  const { data, error } = query;
  return (
    <Panel
      title="What people would get"
      note={
        data
          ? `lists of ${data.n} for ${countOf(data.all.people, "person", "people")}, as of ${formatDay(data.asOf)}, when both had learned all they know`
          : "lists are made with each for the same people"
      }
    >
      {data ? (
        <Told answer={data} />
      ) : error && isNotMadeYet(error) ? (
        <Empty title="Everybody is being looked at">{error.message}</Empty>
      ) : error ? (
        <Failure error={error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton lines={8} height={24} />
      )}
    </Panel>
  );
}

function Told({ answer }: { readonly answer: ModelComparisonResponse }) {
  const { models, n, all, states, examples } = answer;
  const row = (name: string, { people, overlap, activeSince, hits }: ModelComparisonResponse["all"]) => [
    name,
    people,
    formatOverlap(overlap, n),
    ...hits.map((count) => (activeSince === 0 ? "–" : `${count} of ${activeSince}`)),
  ];
  return (
    <div className={styles["lists"]} data-wide>
      <div>
        <PlainTable
          label="Lists by state"
          maxHeight={320}
          header={["state", "people", "the same", ...models.map((name) => `foretold by ${name}`)]}
          rows={[row("all", all), ...states.map(({ state, ...rest }) => row(state ?? "not known", rest))]}
        />
        {all.activeSince === 0 && (
          <Notice>Nobody did anything since both learned, so nothing says yet whose lists are better.</Notice>
        )}
      </div>
      <div>
        <h3>For whom they differ most</h3>
        <ul className={styles["examples"]} aria-label="For whom they differ most">
          {examples.map(({ userId, state, overlap, lists }) => (
            <li key={userId}>
              <Link href={`/people/${encodeURIComponent(userId)}`}>{userId}</Link>{" "}
              <span>
                {state !== null && `${state}, `}
                {formatOverlap(overlap, n)} the same
              </span>
              {models.map((name, at) => (
                <p key={name}>
                  only {name}: {someOf(lists[at]!.map(({ title }) => title))}
                </p>
              ))}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function someOf(titles: readonly string[]): string {
  if (titles.length === 0) return "nothing";
  const more = titles.length - NAMED;
  return joinWords([...titles.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])]);
}
