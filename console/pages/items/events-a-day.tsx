import { Chart } from "../../ui/chart.tsx";
import { formatDay } from "../../words/format.ts";
import type { Daily } from "./daily.ts";

/** What people did, day by day. */
export function EventsADay({ drawn, height }: { readonly drawn: Daily; readonly height: number }) {
  return (
    <Chart
      label="Events a day"
      at={drawn.at}
      series={drawn.series}
      unit="events/day"
      look="bars"
      height={height}
      formatAt={(seconds) => formatDay(1000 * seconds)}
    />
  );
}
