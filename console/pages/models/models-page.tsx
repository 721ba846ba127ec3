import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ModelBody, ModelsResponse } from "#api";
import { useAddress } from "../../client/address.ts";
import { modelsQuery } from "../../client/queries.ts";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Comparison } from "./comparison.tsx";
import { Curves } from "./curves.tsx";
import { Details } from "./details.tsx";
import { Foretelling } from "./foretelling.tsx";
import { ListsCompared } from "./lists-compared.tsx";
import { referenceOf } from "./model-words.ts";
import styles from "./models.module.css";
import { Published } from "./published.tsx";
import { Runs } from "./runs.tsx";
import { Versions } from "./versions.tsx";

/** Which models there are, which of them answer, what they learned from and how well. */
export default function ModelsPage() {
  const query = useQuery(modelsQuery);
  const personal = query.data?.models.find(({ serves }) => serves === "personal");
  return (
    <Page
      name="Models"
      title={personal ? `${personal.name} ${personal.version} answers people` : "Models"}
      lead="A model scores a history, not a stored person: the newest event changes the next answer."
    >
      <Loaded query={query} lines={6} height={26}>
        {({ models, published, latencies }) =>
          models.length === 0 ? (
            <Empty title="No model was fitted yet">
              The first start fits one; <code>inkling train</code> fits others.
            </Empty>
          ) : (
            <Chosen models={models} published={published} latencies={latencies} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Chosen({ models, published, latencies }: ModelsResponse) {
  const [address, change] = useAddress();
  const newestFirst = models.toReversed();
  const named = (reference: string | null): ModelBody | undefined =>
    models.find((model) => referenceOf(model) === reference);
  const shown =
    named(address.get("model")) ?? models.find(({ serves }) => serves === "personal") ?? newestFirst[0];
  const other = named(address.get("versus"));
  const courses = useMemo(
    () =>
      [shown, other]
        .filter((model) => model !== undefined)
        .filter(({ curve }) => curve.length > 0)
        .map((model) => ({ name: referenceOf(model), curve: model.curve })),
    [shown, other],
  );
  return (
    <>
      <Panel title="Versions" note="a click tells more; choose a second one to compare">
        <Versions
          models={newestFirst}
          latencies={latencies}
          shown={shown}
          other={other}
          onShow={(model) => change({ model: referenceOf(model) })}
          onCompare={(model) => change({ versus: model && referenceOf(model) })}
        />
      </Panel>
      <Runs onShow={(reference) => change({ model: reference })} />
      {courses.length > 0 && (
        <Panel title="How learning went" note={courses.map(({ name }) => name).join(" and ")}>
          <Curves courses={courses} />
        </Panel>
      )}
      <div className={styles["columns"]}>
        {shown && <Details model={shown} />}
        {shown && other && other !== shown && <Comparison model={shown} other={other} />}
      </div>
      {shown && other && other !== shown && <ListsCompared model={shown} other={other} />}
      <Published published={published} models={newestFirst} />
      <Foretelling />
    </>
  );
}
