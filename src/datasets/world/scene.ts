import { DAY_MS } from "#base";
import { type Catalogue, drawCatalogue } from "./catalogue.ts";
import { LoggingPolicy } from "./logging-policy.ts";
import { growTopics, type TopicTree } from "./topics.ts";
import { validateWorldConfig } from "./validate-world-config.ts";
import type { WorldConfig } from "./world-config.ts";

/** What is the same for everyone: the stage on which people act. Immutable once set. */
export interface Scene {
  readonly config: WorldConfig;
  readonly startMs: number;
  readonly endMs: number;
  readonly topics: TopicTree;
  readonly catalogue: Catalogue;
  readonly policy: LoggingPolicy;
}

/** @throws PlatformError `invalid-config` */
export function setScene(config: WorldConfig): Scene {
  validateWorldConfig(config);
  const startMs = Date.parse(config.startsAt);
  const topics = growTopics(config.seed, config.topics);
  const catalogue = drawCatalogue(config, topics, startMs);
  const policy = new LoggingPolicy(config.policy, topics, catalogue);
  return { config, startMs, endMs: startMs + config.days * DAY_MS, topics, catalogue, policy };
}
