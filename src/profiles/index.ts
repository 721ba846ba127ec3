export type { TopicShare } from "./topics.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
export { EncodeQueue } from "./vectors/encode-queue.ts";
export { type Refreshed, refreshVectors } from "./vectors/refresh-vectors.ts";
export {
  type ServedEncoder,
  type UserVector,
  UserVectors,
  type UserVectorsParts,
} from "./vectors/user-vectors.ts";
export { VectorStore } from "./vectors/vector-store.ts";
