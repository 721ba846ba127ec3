import type { ItemsResponse } from "#api";

type Topics = ItemsResponse["topics"];

/** What lies below a topic in the tree, and what is of another branch; what is above it is said elsewhere. */
export function around(topics: Topics, topic: string): { readonly below: Topics; readonly beside: Topics } {
  const own = topics.find((one) => one.topic === topic)?.path ?? [topic];
  return {
    below: topics.filter((one) => one.topic !== topic && one.path.includes(topic)),
    beside: topics.filter((one) => !one.path.includes(topic) && !own.includes(one.topic)),
  };
}
