export { type ClientOptions, createClient } from "./client.ts";
export { ClientError, type ClientErrorCode } from "./client-error.ts";
export type { QueueCounts } from "./event-queue.ts";
export type { Fetch } from "./http.ts";
export type {
  Client,
  EngagementProperties,
  EventOptions,
  Item,
  Profile,
  TrackArguments,
  User,
} from "./types.ts";
