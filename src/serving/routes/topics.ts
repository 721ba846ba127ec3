import { Problem, TopicParams, TopicResponse } from "#api";
import { PlatformError } from "#base";
import { peopleWithTopic, readDailyEngagement, type Survey, type Taxonomy } from "#profiles";
import { toIso } from "../bodies.ts";
import type { Server } from "../server.ts";
import type { Services } from "../services.ts";

/** People told by name. */
const MOST = 12;
/** Items of a topic whose days are counted. */
const ITEMS = 20_000;

/** A topic: how it goes over time, and who has it as an interest. */
export function registerTopicRoute(server: Server, services: Services): void {
  const { catalogue, clock, interests, isSensitive, lake: lakeNow, population } = services;
  server.get(
    "/v1/topics/:topic",
    {
      schema: {
        summary: "A topic: events with its items by day, and the people it is an interest of",
        params: TopicParams,
        response: { 200: TopicResponse, "4xx": Problem },
      },
    },
    async ({ params: { topic: name } }) => {
      const { taxonomy } = interests.knowledge;
      const topic = taxonomy.named(name);
      const itemIds = itemsOf(name, topic);
      if (isSensitive(name) || (!topic && itemIds.length === 0))
        throw new PlatformError(
          "invalid-request",
          `no topic is called "${name}"; GET /v1/items lists those there are`,
        );
      const lake = lakeNow();
      const { survey } = population;
      const days = lake ? await readDailyEngagement(lake, itemIds.slice(0, ITEMS)) : null;
      return {
        topic: name,
        path: (topic?.path ?? [name]).filter((one) => !isSensitive(one)),
        items: itemIds.length,
        days: days?.map(({ day, counts }) => ({ day, counts: { ...counts } })) ?? null,
        isComplete: itemIds.length <= ITEMS,
        people: survey ? { ...peopleBody(survey, name), asOf: toIso(survey.asOfMs) } : null,
        computedAt: toIso(clock.nowMs()),
      };
    },
  );

  function itemsOf(name: string, topic: ReturnType<Taxonomy["named"]>): string[] {
    const { taxonomy } = interests.knowledge;
    return catalogue
      .items()
      .filter((item) => item.tags.includes(name) || (topic && taxonomy.isAbout(item, topic)))
      .map(({ itemId }) => itemId);
  }
}

function peopleBody(survey: Survey, name: string) {
  const { most, ...all } = peopleWithTopic(survey, name, MOST);
  return { ...all, most: most.map(({ state = null, ...person }) => ({ ...person, state })) };
}
