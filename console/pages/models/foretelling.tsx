import { useQuery } from "@tanstack/react-query";
import { predictionModelQuery } from "../../client/population.ts";
import { HowTrue } from "../../ui/how-true.tsx";
import { Panel } from "../../ui/panel.tsx";

/** The model behind what is foretold of people, and how far its probabilities can be taken at their word. Nothing while there is none. */
export function Foretelling() {
  const { data } = useQuery(predictionModelQuery);
  if (!data || data.targets.length === 0) return null;
  return (
    <Panel title="Foretelling" note="what was said of people it did not learn from, against what happened">
      <HowTrue model={data} />
    </Panel>
  );
}
