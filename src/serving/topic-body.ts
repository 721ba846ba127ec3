import type { TopicBody } from "#api";
import type { TopicShare } from "#profiles";
import type { Services } from "./services.ts";

/** A person's topic with its place in the tree of topics, in which nothing sensitive is named. */
export function topicBody(
  { evidence, ...topic }: TopicShare,
  { interests, isSensitive }: Pick<Services, "interests" | "isSensitive">,
): TopicBody {
  const known = interests.knowledge.taxonomy.named(topic.topic)?.path ?? [topic.topic];
  return { ...topic, path: known.filter((name) => !isSensitive(name)), evidence: [...evidence] };
}
