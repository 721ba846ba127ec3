import { useQuery } from "@tanstack/react-query";
import type { PlatformResponse } from "#api";
import { platformQuery } from "../../client/queries.ts";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { At } from "../../ui/time.tsx";
import styles from "./models.module.css";

const ROLES = {
  personal: "answers people with a history",
  coldStart: "answers strangers, and fills what is left of a list",
} as const;

/** Which models answer, and how far the events go that they learned from. */
export default function ModelsPage() {
  const query = useQuery(platformQuery);
  const personal = query.data?.models.personal;
  return (
    <Page
      name="Models"
      title={personal ? `${personal.name} ${personal.version} answers people` : "Models"}
      lead="A model scores a history, not a stored person: the newest event changes the next answer."
    >
      <Panel title="In service">
        <Loaded query={query}>{({ models }) => <Serving models={models} />}</Loaded>
      </Panel>
    </Page>
  );
}

function Serving({ models }: { readonly models: PlatformResponse["models"] }) {
  return (
    <table className={styles["table"]}>
      <thead>
        <tr>
          <th scope="col">model</th>
          <th scope="col">version</th>
          <th scope="col">role</th>
          <th scope="col">learned from events until</th>
        </tr>
      </thead>
      <tbody>
        {(["personal", "coldStart"] as const).map((role) => (
          <tr key={role}>
            <th scope="row">{models[role].name}</th>
            <td>{models[role].version}</td>
            <td>{ROLES[role]}</td>
            <td>
              <At time={models[role].dataUntil} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
