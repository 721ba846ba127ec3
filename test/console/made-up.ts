import type { BrowserContext, Route } from "playwright-core";

/** @file Answers of the server made larger on their way to the page, to measure what no data set at hand has enough of. */

interface MapAnswer {
  readonly itemIds: string[];
  readonly x: number[];
  readonly y: number[];
  readonly topic: number[];
}

interface SequenceAnswer {
  readonly events: { readonly eventId: string; readonly timestamp: string }[];
}

/** Points strewn about those there are. */
export function withManyPoints(context: BrowserContext, points: number): Promise<unknown> {
  return context.route("**/v1/map", (route) =>
    changed<MapAnswer>(route, (map) => {
      const known = map.itemIds.length;
      for (let n = known; n < points; n++) {
        const like = n % known;
        map.itemIds.push(`made-up-${n}`);
        map.x.push(map.x[like]! + strewn(n));
        map.y.push(map.y[like]! + strewn(n + 0.5));
        map.topic.push(map.topic[like]!);
      }
    }),
  );
}

/** What the person did again and again, a little later each time. */
export function withManyEvents(context: BrowserContext, count: number): Promise<unknown> {
  return context.route("**/v1/users/*/sequence?*", (route) =>
    changed<SequenceAnswer>(route, ({ events }) => {
      const known = events.length;
      for (let n = known; n < count && known > 0; n++) {
        const like = events[n % known]!;
        const timestamp = new Date(Date.parse(like.timestamp) + 1000 * n).toISOString();
        events.push({ ...like, eventId: `made-up-${n}`, timestamp });
      }
      events.sort((left, right) => (left.timestamp < right.timestamp ? 1 : -1));
    }),
  );
}

async function changed<Answer>(route: Route, change: (answer: Answer) => void): Promise<void> {
  const response = await route.fetch();
  const answer = (await response.json()) as Answer; // a route of ours
  change(answer);
  await route.fulfill({ response, json: answer });
}

/** Within 0.02 around 0, by the golden ratio: evenly, and the same every time. */
function strewn(n: number): number {
  return (((n * 0.618_033_988_75) % 1) - 0.5) / 25;
}
